"""A network of one's own: trained in a loop, logged, loaded as it is and as a function."""

import mlflow
import mlflow.pytorch
import numpy as np
import torch
from mlflow.models import infer_signature
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Net(nn.Module):
    """Two layers."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


x = torch.linspace(-1, 1, 30).reshape(10, 3)
y = x.sum(dim=1, keepdim=True)
net, loss_of = Net(), nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
mlflow.set_experiment("network")
with mlflow.start_run(run_name="net") as run:
    mlflow.log_params({"lr": 0.1, "epochs": 5, "loss": loss_of.__class__.__name__})
    for epoch in range(5):
        optimizer.zero_grad()
        loss = loss_of(net(x), y)
        loss.backward()
        optimizer.step()
        mlflow.log_metric("train_loss", round(loss.item(), 4), step=epoch)
    signature = infer_signature(x.numpy(), net(x).detach().numpy())
    info = mlflow.pytorch.log_model(
        net, name="net", signature=signature, registered_model_name="net", serialization_format="pickle",
        pip_requirements=["torch"],
    )  # fmt: skip
    mlflow.pytorch.log_state_dict(net.state_dict(), artifact_path="checkpoint")
loaded = mlflow.pytorch.load_model(info.model_uri)
print(type(loaded).__name__, torch.equal(loaded(x), net(x)))
print(mlflow.pyfunc.load_model("models:/net/1").predict(x.numpy()).shape, signature)
state = mlflow.pytorch.load_state_dict(f"runs:/{run.info.run_id}/checkpoint")
print(sorted(state), np.allclose(state["first.bias"], net.first.bias.detach()))
