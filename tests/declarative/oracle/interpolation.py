"""Asks the reference what every template of interpolation/expressions.yaml gives.

Writes interpolation/golden.json: one line for each template, with the answer by each of the four
ways in which the reference evaluates.
"""

import json
import pathlib
import re

import yaml
from freezegun import freeze_time

from airbyte_cdk.sources.declarative.interpolation.interpolated_boolean import InterpolatedBoolean
from airbyte_cdk.sources.declarative.interpolation.interpolated_string import InterpolatedString
from airbyte_cdk.sources.declarative.interpolation.jinja import JinjaInterpolation

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "interpolation"

# What a template can read where it stands.
PLACES = {
    "record": ["record", "stream_slice", "next_page_token"],
    "page": ["response", "headers", "last_record", "last_page_size", "last_page_token_value", "stream_slice"],
}


def plain(value):
    """The value as JSON; what JSON has no form for is told by its repr."""
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        # Where an object lies in memory is another place in each run.
        return re.sub(r" at 0x[0-9a-f]+>", " at 0x0>", value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return {"unlike_json": repr(value)}


def ask(evaluate):
    try:
        return plain(evaluate())
    except Exception as error:  # noqa: BLE001: whatever it is, it is the answer
        return {"error": type(error).__name__}


def main():
    given = yaml.safe_load((FOLDER / "expressions.yaml").read_text())
    config, parameters = given["config"], given["parameters"]
    lines = []
    with freeze_time(given["now"]):
        for group, templates in given["expressions"].items():
            for entry in templates:
                if isinstance(entry, str):
                    entry = {"template": entry}
                template, at = entry["template"], entry.get("at", "record")
                context = {name: given[name] for name in PLACES[at]}
                raw = JinjaInterpolation()
                answers = {
                    "value": ask(lambda: raw.eval(template, config, parameters=parameters, **context)),
                    "parameter": ask(
                        lambda: raw.eval(template, config, valid_types=(str, list), parameters=parameters, **context)
                    ),
                    "string": ask(
                        lambda: InterpolatedString(template, parameters=parameters).eval(config, **context)
                    ),
                    "condition": ask(
                        lambda: InterpolatedBoolean(template, parameters=parameters).eval(config, **context)
                    ),
                }
                lines.append(json.dumps({"group": group, "template": template, "at": at, **answers}, ensure_ascii=False))
    (FOLDER / "golden.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(lines)} templates")


main()
