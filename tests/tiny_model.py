"""A GGUF model of a few thousand weights: llama.cpp itself, without what it would know."""

import struct
from pathlib import Path

import numpy as np

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}{# <tool_call> #}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHAT
)
CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|fim_prefix|>")
USER_DEFINED = ("<tool_call>",)
WIDTH, LAYERS, HEADS, HIDDEN = 32, 2, 4, 64

_UINT32, _FLOAT32, _STRING, _ARRAY, _INT32 = 4, 6, 8, 9, 5


def write_tiny_model(path, *, chat=CHAT, seed=0, layers=LAYERS):
    """A llama of `layers` layers with random weights, whose tokens are the 256 bytes."""
    tokens = [*_byte_letters(), *CONTROL, *USER_DEFINED]
    kinds = [1] * 256 + [3] * len(CONTROL) + [4] * len(USER_DEFINED)
    fields = {
        "general.architecture": "llama",
        "llama.block_count": layers,
        "llama.context_length": 4096,
        "llama.embedding_length": WIDTH,
        "llama.feed_forward_length": HIDDEN,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": [f"{tokens[0]} {tokens[1]}"],
        "tokenizer.ggml.bos_token_id": tokens.index("<|endoftext|>"),
        "tokenizer.ggml.eos_token_id": tokens.index("<|im_end|>"),
        **({"tokenizer.chat_template": chat} if chat else {}),
    }
    random = np.random.default_rng(seed)
    shapes = _shapes(len(tokens), layers)
    tensors = {
        name: np.ones(shape, np.float32)
        if len(shape) == 1
        else (random.standard_normal(shape) * 0.3).astype(np.float32)
        for name, shape in shapes.items()
    }
    _write(Path(path), fields, tensors)
    return Path(path)


def _shapes(vocabulary, layers):
    shapes = {
        "token_embd.weight": (vocabulary, WIDTH),
        "output_norm.weight": (WIDTH,),
        "output.weight": (vocabulary, WIDTH),
    }
    for n in range(layers):
        shapes |= {f"blk.{n}.{norm}_norm.weight": (WIDTH,) for norm in ("attn", "ffn")}
        shapes |= {f"blk.{n}.attn_{part}.weight": (WIDTH, WIDTH) for part in "q k v output".split()}
        shapes |= {f"blk.{n}.ffn_{part}.weight": (HIDDEN, WIDTH) for part in ("gate", "up")}
        shapes[f"blk.{n}.ffn_down.weight"] = (WIDTH, HIDDEN)
    return shapes


def _byte_letters():
    """The letters that stand for the bytes in a byte-level vocabulary."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = iter(range(256, 512))
    return [chr(byte if byte in printable else next(hidden)) for byte in range(256)]


def _write(path, fields, tensors):
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(fields))
    header += b"".join(_text(key) + _value(value) for key, value in fields.items())
    offset = 0
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        header += _text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        header += struct.pack("<IQ", 0, offset)
        offset += _padded(tensor.nbytes)
    content = header + bytes(_padded(len(header)) - len(header))
    for tensor in tensors.values():
        content += tensor.tobytes() + bytes(_padded(tensor.nbytes) - tensor.nbytes)
    path.write_bytes(content)


def _padded(size):
    return -(-size // 32) * 32


def _text(text):
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _value(value):
    match value:
        case str():
            return struct.pack("<I", _STRING) + _text(value)
        case int():
            return struct.pack("<II", _UINT32, value)
        case float():
            return struct.pack("<If", _FLOAT32, value)
        case [str(), *_]:
            return struct.pack("<IIQ", _ARRAY, _STRING, len(value)) + b"".join(map(_text, value))
        case _:
            return struct.pack(f"<IIQ{len(value)}i", _ARRAY, _INT32, len(value), *value)
