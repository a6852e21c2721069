"""PyTorch's names: what state dictionaries and modules of `torch.nn` are made of."""

from __future__ import annotations

from typing import Final

from genesis_flow.adapters.flavors.secure.checks import tensors
from genesis_flow.adapters.flavors.secure.entries import Table, calls, classes, values

_PACKAGE: Final = "torch"
_N: Final = "torch.nn.modules"

_MODULES: Final = {
    f"{_N}.activation": (
        "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish "
        "MultiheadAttention PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink "
        "Softsign Tanh Tanhshrink Threshold"
    ),
    f"{_N}.adaptive": "AdaptiveLogSoftmaxWithLoss",
    f"{_N}.batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
    f"{_N}.channelshuffle": "ChannelShuffle",
    f"{_N}.container": "ModuleDict ModuleList ParameterDict ParameterList Sequential",
    f"{_N}.conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    f"{_N}.distance": "CosineSimilarity PairwiseDistance",
    f"{_N}.dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    f"{_N}.flatten": "Flatten Unflatten",
    f"{_N}.fold": "Fold Unfold",
    f"{_N}.instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    f"{_N}.linear": "Bilinear Identity Linear NonDynamicallyQuantizableLinear",
    f"{_N}.loss": (
        "BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss CrossEntropyLoss GaussianNLLLoss HingeEmbeddingLoss "
        "HuberLoss KLDivLoss L1Loss MSELoss MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss "
        "MultiMarginLoss NLLLoss NLLLoss2d PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss"
    ),
    f"{_N}.module": "Module",
    f"{_N}.normalization": "CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm",
    f"{_N}.padding": (
        "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d "
        "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d "
        "ZeroPad1d ZeroPad2d ZeroPad3d"
    ),
    f"{_N}.pixelshuffle": "PixelShuffle PixelUnshuffle",
    f"{_N}.pooling": (
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d "
        "AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d "
        "MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d"
    ),
    f"{_N}.rnn": "GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase",
    f"{_N}.sparse": "Embedding EmbeddingBag",
    f"{_N}.transformer": (
        "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer"
    ),
    f"{_N}.upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
}

#: The type of numbers in each kind of storage.
STORAGES: Final = {
    "ByteStorage": "uint8", "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "BoolStorage": "bool", "BFloat16Storage": "bfloat16", "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64", "UntypedStorage": "uint8",
}  # fmt: skip

TABLE: Final[Table] = {
    **classes(_PACKAGE, _MODULES, state=tensors.set_module, finish=tensors.finish_module),
    **values(_PACKAGE, {
        "torch": (
            "Tensor uint8 int8 int16 short int32 int int64 long float16 half float32 float float64 double complex32 "
            "complex64 complex128 bool bfloat16 uint16 uint32 uint64 float8_e5m2 float8_e4m3fn float8_e5m2fnuz "
            "float8_e4m3fnuz float8_e8m0fnu strided sparse_coo contiguous_format channels_last preserve_format "
            "relu sigmoid tanh softmax selu " + " ".join(STORAGES)
        ),
        "torch.storage": "UntypedStorage TypedStorage",
        "torch.nn.parameter": "Parameter",
        "torch.nn.functional": (
            "celu elu glu hardsigmoid hardswish hardtanh leaky_relu log_softmax mish prelu relu relu6 rrelu selu "
            "sigmoid silu softmax softmin tanh tanhshrink"
        ),
        "torch._C._nn": "gelu softplus",
    }),
    **calls(_PACKAGE, {"torch._utils": "_rebuild_tensor_v2"}, tensors.tensor),
    **calls(_PACKAGE, {"torch._utils": "_rebuild_tensor_v3"}, tensors.tensor_of_type),
    **calls(_PACKAGE, {"torch._utils": "_rebuild_parameter _rebuild_parameter_with_state"}, tensors.parameter),
    **calls(_PACKAGE, {"torch._utils": "_rebuild_sparse_tensor"}, tensors.sparse),
    **calls(_PACKAGE, {"torch._tensor": "_rebuild_from_type_v2"}, tensors.tensor_with_attributes),
    **calls(_PACKAGE, {"torch": "Size"}, tensors.size),
    **calls(_PACKAGE, {"torch": "device"}, tensors.device),
    **calls(_PACKAGE, {"torch.serialization": "_get_layout"}, tensors.layout),
}  # fmt: skip
