"""Models that can be talked with: the built-in LLaMA with room for more text and a chat template. What they say makes no
sense, but what is around it does: templates, tools, long prompts."""

import json
import pathlib
import subprocess

ROOM = 8192

CHATML = """\
{%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}
{% endif %}# Tools
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}Answer calls as <tool_call>{"name": NAME, "arguments": {}}</tool_call><|im_end|>
{% elif messages[0].role == 'system' %}<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}<|im_start|>user
<tool_response>{{ message.content }}</tool_response><|im_end|>
{% elif message.role != 'system' or not loop.first %}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{%- endfor %}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

LLAMA3 = """\
{{- bos_token }}
{%- if tools is not none and tools %}{{ '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- for tool in tools %}{{ tool | tojson }}{{ '\\n\\n' }}{% endfor %}
{{- 'Respond in the format {"name": function name, "parameters": dictionary}.<|eot_id|>' }}{% endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}{{ '<|start_header_id|>ipython<|end_header_id|>\\n\\n' + message.content + '<|eot_id|>' }}
{%- elif message.tool_calls %}{% set call = message.tool_calls[0].function %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + call.name + '", "parameters": ' }}
{{- call.arguments | tojson }}{{ '}<|eot_id|>' }}
{%- else %}
{{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
{%- endif %}{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""


def made(server, folder):
    """Writes the models into a folder.
    Returns the flags to serve them."""
    flags = []
    for name, template in [("chatml", CHATML), ("llama3", LLAMA3)]:
        path = pathlib.Path(folder, name)
        subprocess.run([server, "convert", "tiny-llama", str(path)], check=True, capture_output=True)
        for file, fields in [("config.json", {"max_position_embeddings": ROOM}),
                             ("tokenizer_config.json", {"chat_template": template, "model_max_length": ROOM})]:
            values = json.loads((path / file).read_text())
            (path / file).write_text(json.dumps(values | fields))
        flags += ["--model", f"{name}={path}"]
    return flags
