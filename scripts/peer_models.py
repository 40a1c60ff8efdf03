"""Small random checkpoints, each with a real tokenizer, that scripts/peers.py sends through Swiftlet and its peers.

Every norm gain and every bias is moved away from 1 and 0, so that a forgotten one shows in the logits.
"""

import json
import math
import os
from dataclasses import dataclass
from typing import Callable

import torch
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "The rain fell softly on the roof, and the lamp by the window was warm.",
    "  Two spaces at the front, three   inside and one at the end ",
    "I'm sure they'll say we've 12 apples, 345 pears and 67890 plums!",
    "Größe, naïve café, 東京の雨, привет, 🙂🚀",
    "line one\nline two\n\n\tindented {code} = [1, 2];\r\n",
]
SENTENCES = [
    "the little boat went over the hill and under the rain",
    "a warm lamp stood by the window of the old house",
    "she said that the children were asleep and the night was long",
    "they counted one, two, three and then they laughed together",
    "it's late, but we'll wait for the morning and walk along the river",
]

GPT2_PATTERN = None  # the ByteLevel pre-tokenizer's own expression
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K_PATTERN = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])


def byte_level_tokenizer(pattern: str | None, special: list[str]) -> Tokenizer:
    """Byte-level BPE as GPT-2 (no pattern of its own), Llama 3 and gpt-oss have it; `special` take the last ids."""
    tokenizer = Tokenizer(models.BPE())
    if pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=320, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    tokenizer.add_special_tokens(special)
    return tokenizer


def sentencepiece_tokenizer() -> Tokenizer:
    """BPE with byte fallback in the layout in which LLaMA 2's SentencePiece vocabulary is exported."""
    special = ["<unk>", "<s>", "</s>"]
    pieces = special + [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=400, special_tokens=pieces, show_progress=False))
    state = json.loads(tokenizer.to_str())
    state["pre_tokenizer"] = None
    state["added_tokens"] = state["added_tokens"][:3]
    vocabulary = state["model"]["vocab"]
    state["model"]["merges"] = [  # every way to halve a piece, as SentencePiece would join it
        [piece[:middle], piece[middle:]] for piece in sorted(vocabulary, key=vocabulary.get)
        if vocabulary[piece] >= len(pieces) for middle in range(1, len(piece))
        if piece[:middle] in vocabulary and piece[middle:] in vocabulary]
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def word_end_tokenizer() -> Tokenizer:
    """GPT-1's: lower-cased, split as BERT splits, `</w>` marks the end of a word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=200, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
    return tokenizer


@dataclass
class Case:
    """One kind of checkpoint: how to make it, and which peers can know it."""

    name: str
    tokenizer: Callable[[], Tokenizer]
    model: Callable[[int], torch.nn.Module]  # from the vocabulary's size
    tokens: dict[str, str]  # bos_token, eos_token and so on, for tokenizer_config.json
    llama_cpp: bool = True  # llama.cpp has this architecture
    llama2c: bool = False  # llama2.c's .bin can hold it
    gguf_vocabulary: bool = True  # GGUF has a kind of vocabulary for it
    reason: str = ""  # why a peer cannot be asked

    def make(self, folder: str, seed: int):
        """Write the checkpoint and return the model (float32, evaluation mode)."""
        torch.manual_seed(seed)
        tokenizer = self.tokenizer()
        model = self.model(tokenizer.get_vocab_size()).float().eval()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim < 2:
                    parameter.add_(torch.randn_like(parameter) * 0.1)
                else:
                    parameter.mul_(5)
        os.makedirs(folder, exist_ok=True)
        for key, text in self.tokens.items():
            name = key.replace("_token", "_token_id")
            setattr(model.config, name, tokenizer.token_to_id(text))
            setattr(model.generation_config, name, tokenizer.token_to_id(text))
        model.save_pretrained(folder)
        fast = transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **self.tokens)
        fast.save_pretrained(folder)
        return model


def llama(vocabulary: int, **changes):
    fields = dict(
        vocab_size=vocabulary, hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2)
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**(fields | changes)))


def gpt2(vocabulary: int, **changes):
    fields = dict(
        vocab_size=vocabulary, n_positions=256, n_embd=64, n_layer=3, n_head=4, resid_pdrop=0, embd_pdrop=0,
        attn_pdrop=0)
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**(fields | changes)))


def gpt1(vocabulary: int):
    return transformers.OpenAIGPTLMHeadModel(transformers.OpenAIGPTConfig(
        vocab_size=vocabulary, n_positions=256, n_embd=64, n_layer=2, n_head=4, resid_pdrop=0, embd_pdrop=0,
        attn_pdrop=0))


def gpt_neo(vocabulary: int):
    return transformers.GPTNeoForCausalLM(transformers.GPTNeoConfig(
        vocab_size=vocabulary, max_position_embeddings=256, hidden_size=64, num_layers=4, num_heads=4,
        attention_types=[[["global", "local"], 2]], window_size=6, resid_dropout=0, embed_dropout=0,
        attention_dropout=0))


def opt(vocabulary: int):
    return transformers.OPTForCausalLM(transformers.OPTConfig(
        vocab_size=vocabulary, max_position_embeddings=256, hidden_size=64, num_hidden_layers=3,
        num_attention_heads=4, ffn_dim=160, word_embed_proj_dim=64, dropout=0, attention_dropout=0, pad_token_id=1))


def gpt_oss(vocabulary: int):
    # gpt-oss blends YaRN's frequencies from where the formula says (truncate: false); llama.cpp rounds both ends to
    # whole dimensions, for gpt-oss too, which moves these logits by 0.8. So let the formula say 2 and 5 of 8.
    def beta(dimension):
        return 4096 / (2 * math.pi) * 150000 ** (-2 * dimension / 16)

    yarn = dict(
        rope_type="yarn", rope_theta=150000.0, factor=32.0, original_max_position_embeddings=4096,
        beta_fast=beta(2.00001), beta_slow=beta(4.99999), truncate=False)
    return transformers.GptOssForCausalLM(transformers.GptOssConfig(
        vocab_size=vocabulary, hidden_size=64, intermediate_size=64, num_hidden_layers=4, num_local_experts=4,
        num_experts_per_tok=2, num_attention_heads=8, num_key_value_heads=2, head_dim=16, sliding_window=8,
        max_position_embeddings=256, initializer_range=0.05, pad_token_id=0,
        rope_parameters=yarn))


def llama4(vocabulary: int):
    # llama.cpp fixes the chunk size and the temperature's floor at 8192, and has no other.
    return transformers.Llama4ForCausalLM(transformers.Llama4TextConfig(
        vocab_size=vocabulary, hidden_size=64, intermediate_size=64, intermediate_size_mlp=96, num_hidden_layers=4,
        num_attention_heads=8, num_key_value_heads=2, head_dim=16, num_local_experts=4, num_experts_per_tok=1,
        interleave_moe_layer_step=1, attention_chunk_size=8192, floor_scale=8192, max_position_embeddings=16384,
        no_rope_layers=[1, 1, 1, 0], pad_token_id=0))


LLAMA3_SCALING = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=64)
LINEAR_SCALING = dict(rope_type="linear", rope_theta=10000.0, factor=2.0)
YARN_SCALING = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64)

END_OF_TEXT = dict(bos_token="<|endoftext|>", eos_token="<|endoftext|>")
SENTENCEPIECE = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")
BEGIN_OF_TEXT = dict(bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>")
HARMONY = dict(bos_token="<|startoftext|>", eos_token="<|return|>")
NO_ARCHITECTURE = "llama.cpp has no such architecture"


def gpt2_vocabulary():
    return byte_level_tokenizer(GPT2_PATTERN, ["<|endoftext|>"])


def llama3_vocabulary():
    return byte_level_tokenizer(LLAMA3_PATTERN, ["<|begin_of_text|>", "<|end_of_text|>"])


def llama4_vocabulary():
    return byte_level_tokenizer(O200K_PATTERN, ["<|begin_of_text|>", "<|end_of_text|>"])


def gpt_oss_vocabulary():
    return byte_level_tokenizer(O200K_PATTERN, ["<|startoftext|>", "<|return|>"])


CASES = [
    Case("gpt-1", word_end_tokenizer, gpt1, dict(unk_token="<unk>"), llama_cpp=False, gguf_vocabulary=False,
         reason=NO_ARCHITECTURE),
    Case("gpt-2", gpt2_vocabulary, gpt2, END_OF_TEXT),
    Case("gpt-2-untied", gpt2_vocabulary, lambda v: gpt2(v, tie_word_embeddings=False, n_inner=96), END_OF_TEXT),
    Case("gpt-neo", gpt2_vocabulary, gpt_neo, END_OF_TEXT, llama_cpp=False, reason=NO_ARCHITECTURE),
    Case("opt", gpt2_vocabulary, opt, END_OF_TEXT, llama_cpp=False, reason=NO_ARCHITECTURE),
    Case("gpt-oss", gpt_oss_vocabulary, gpt_oss, HARMONY),
    Case("llama-1", sentencepiece_tokenizer, lambda v: llama(v, num_key_value_heads=4, rms_norm_eps=1e-6),
         SENTENCEPIECE),
    Case("llama-2", sentencepiece_tokenizer, llama, SENTENCEPIECE, llama2c=True),
    Case("llama-2-tied", sentencepiece_tokenizer, lambda v: llama(v, tie_word_embeddings=True), SENTENCEPIECE,
         llama2c=True),
    Case("llama-3", llama3_vocabulary, lambda v: llama(
        v, rope_parameters=dict(rope_type="default", rope_theta=500000.0)), BEGIN_OF_TEXT),
    Case("llama-3.1", llama3_vocabulary, lambda v: llama(v, rope_parameters=LLAMA3_SCALING), BEGIN_OF_TEXT),
    Case("llama-3.2", llama3_vocabulary, lambda v: llama(
        v, head_dim=32, tie_word_embeddings=True, rope_parameters=LLAMA3_SCALING), BEGIN_OF_TEXT),
    Case("llama-bias", sentencepiece_tokenizer, lambda v: llama(v, attention_bias=True, mlp_bias=True),
         SENTENCEPIECE),
    Case("llama-linear", sentencepiece_tokenizer, lambda v: llama(v, rope_parameters=LINEAR_SCALING), SENTENCEPIECE),
    Case("llama-yarn", sentencepiece_tokenizer, lambda v: llama(v, rope_parameters=YARN_SCALING), SENTENCEPIECE),
    Case("llama-4", llama4_vocabulary, llama4, BEGIN_OF_TEXT),
]
