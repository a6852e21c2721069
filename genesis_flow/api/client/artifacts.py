"""placeholder until the content package lands"""
from genesis_flow.api.client.connected import Connected


class ArtifactClient(Connected):
    pass
