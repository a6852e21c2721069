"""Tiny pipelines with random weights and a vocabulary of a few words."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

_WORDS = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "the", "cat", "sat", "on", "a", "mat", "dog",
]  # fmt: skip
SIZES = {
    "vocab_size": len(_WORDS), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 32,
}  # fmt: skip

#: The class of the model for each task.
MODELS = {
    "text-classification": "BertForSequenceClassification",
    "fill-mask": "BertForMaskedLM",
    "token-classification": "BertForTokenClassification",
    "feature-extraction": "BertModel",
    "text-generation": "GPT2LMHeadModel",
}

#: What is predicted the same each time.
CONFIG = {"text-generation": {"do_sample": False, "max_new_tokens": 4}}


def tokenizer() -> Any:
    """Of words between blanks."""
    made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(_WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", eos_token="[SEP]", bos_token="[CLS]",
    )  # fmt: skip


def pipeline(task: str) -> Any:
    """The same for each task every time."""
    torch.manual_seed(5)
    if task == "text-generation":
        config: Any = transformers.GPT2Config(
            vocab_size=len(_WORDS), n_positions=32, n_embd=16, n_layer=1, n_head=2, bos_token_id=2, eos_token_id=3,
            pad_token_id=0,
        )  # fmt: skip
    else:
        config = transformers.BertConfig(**SIZES)
    model = getattr(transformers, MODELS[task])(config).eval()
    return transformers.pipeline(task, model=model, tokenizer=tokenizer())


def adapted(base: Any) -> dict[str, Any]:
    """The parts of a pipeline for texts, its model loaded from a directory and adapted by peft."""
    import peft

    model = transformers.BertForSequenceClassification.from_pretrained(base)
    torch.manual_seed(6)
    settings = peft.LoraConfig(task_type="SEQ_CLS", r=2, init_lora_weights=False)
    return {"model": peft.get_peft_model(model, settings).eval(), "tokenizer": tokenizer()}
