class Model:
    def __init__(self, path):
        with open(path) as file:
            self.text = file.read()

    def predict(self, data, params=None):
        return [self.text] * len(data)


def _load_pyfunc(path):
    return Model(path)
