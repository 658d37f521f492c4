"""Runs the reference over every case, and writes what it did to golden/.

    python oracle/cases.py [NAME…]

Each case runs in a process of its own, at the case's time, against the scripted provider of
scripted.py. What the reference would wait is noted and not waited.
"""

import json
import multiprocessing
import os
import pathlib
import sys
import tempfile
import time
import traceback

import yaml

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent
sys.path.insert(0, str(HERE))
os.environ["DO_NOT_TRACK"] = "1"

from freezegun import config as freezing, freeze_time  # noqa: E402

# Cannot be imported while time stands still.
import pandas  # noqa: E402, F401
from airbyte_cdk.entrypoint import AirbyteEntrypoint  # noqa: E402
from airbyte_cdk.models import (  # noqa: E402
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (  # noqa: E402
    ConcurrentDeclarativeSource,
)
from scripted import Provider  # noqa: E402

# These wait for each other by the real clock.
freezing.configure(extend_ignore_list=["queue", "threading", "socketserver", "concurrent", "selectors", "http.client", "pyrate_limiter"])


def manifest_of(case, shared):
    """What a case leaves out of its manifest; manifest.rs does the same."""
    if isinstance(case.get("manifest"), str):
        return yaml.safe_load(case["manifest"])
    manifest = {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["items"]},
        "spec": {"type": "Spec", "connection_specification": {"type": "object"}},
        "definitions": {**shared["definitions"], **case.get("definitions", {})},
        **case.get("manifest", {}),
    }
    if "stream" in case:
        stream = {**shared["stream"], **case["stream"]}
        manifest["streams"] = [stream, *manifest.get("streams", [])]
    return manifest


def catalog_of(name, incremental, schema):
    return {
        "streams": [
            {
                "stream": {
                    "name": name,
                    "json_schema": schema,
                    "supported_sync_modes": ["full_refresh", "incremental"],
                },
                "sync_mode": "incremental" if incremental else "full_refresh",
                "destination_sync_mode": "append",
            }
        ]
    }


def run(case, shared):
    provider = Provider(case["routes"])
    manifest = manifest_of(case, shared)
    stream = case.get("read", "items")
    config = {**shared["config"], "url": provider.url, **case.get("config", {})}
    config = json.loads(json.dumps(config).replace("URL", provider.url))
    state = []
    if "state" in case:
        state = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": case["state"]}}]
    is_incremental = "incremental_sync" in json.dumps(manifest.get("streams", [])) or "state" in case
    catalog = catalog_of(stream, is_incremental, case.get("selected", {}))

    waits = []
    sleep = time.sleep

    def waited(seconds):
        module = sys._getframe(1).f_globals.get("__name__", "")
        if module.startswith("airbyte_cdk.sources.streams.http"):
            # What a manifest asks for; the reference adds a second.
            waits.append(round(seconds) - 1)
        elif module.startswith("airbyte_cdk.sources.declarative.async_job"):
            # Between two looks at a job time passes, or none would ever time out.
            clock.tick(seconds)
            sleep(0.001)
        elif not module.startswith("backoff"):
            sleep(min(seconds, 0.01))

    time.sleep = waited
    messages, records, raised = [], [], None
    line_of = AirbyteEntrypoint.airbyte_message_to_string

    def noted(message):
        # A line leaves out what is null in a record.
        if message.record:
            records.append(json.loads(json.dumps(message.record.data, default=str)))
        return line_of(message)

    AirbyteEntrypoint.airbyte_message_to_string = staticmethod(noted)
    with tempfile.TemporaryDirectory() as directory, freeze_time(case.get("now", shared["now"])) as clock:
        # Files of the reference's own go where it stands.
        os.chdir(directory)
        paths = {}
        for name, content in [("config", config), ("catalog", catalog), ("state", state)]:
            paths[name] = pathlib.Path(directory) / f"{name}.json"
            paths[name].write_text(json.dumps(content))
        action = case.get("action", "read")
        arguments = [action, "--config", str(paths["config"])]
        if action == "read":
            arguments += ["--catalog", str(paths["catalog"])]
        if state:
            arguments += ["--state", str(paths["state"])]
        try:
            source = ConcurrentDeclarativeSource(
                catalog=ConfiguredAirbyteCatalogSerializer.load(catalog),
                config=config,
                state=[AirbyteStateMessageSerializer.load(one) for one in state],
                source_config=manifest,
                config_path=str(paths["config"]),
            )
            entrypoint = AirbyteEntrypoint(source)
            for line in entrypoint.run(entrypoint.parse_args(arguments)):
                messages.append(json.loads(line))
        except Exception as error:  # noqa: BLE001: whatever it is, it is the outcome
            raised = error
            if os.environ.get("ORACLE_DEBUG"):
                traceback.print_exc()
    provider.close()
    if os.environ.get("ORACLE_DEBUG"):
        for message in messages:
            print(json.dumps(message)[:600], file=sys.stderr)
    return golden(provider, messages, records, raised, waits)


def golden(provider, messages, records, raised, waits):
    clean = lambda value: json.loads(provider.without_port(json.dumps(value)))
    states = [m["state"]["stream"].get("stream_state") for m in messages if m["type"] == "STATE"]
    errors = [m["trace"]["error"] for m in messages if m["type"] == "TRACE" and m["trace"]["type"] == "ERROR"]
    refused = [m for m in messages if m["type"] == "CONNECTION_STATUS" and m["connectionStatus"]["status"] != "SUCCEEDED"]
    controls = [m["control"]["connectorConfig"]["config"] for m in messages if m["type"] == "CONTROL"]
    answer = {
        "requests": sorted(provider.asked, key=lambda one: json.dumps(one, sort_keys=True)),
        "records": sorted(clean(records), key=lambda one: json.dumps(one, sort_keys=True)),
        "state": clean(states[-1]) if states else None,
        "outcome": "failed" if errors or raised or refused else "complete",
    }
    if errors:
        answer["error"] = clean({"type": errors[0].get("failure_type"), "message": errors[0].get("message")})
    elif raised:
        answer["error"] = clean({"type": None, "message": f"{type(raised).__name__}: {raised}"[:300]})
    elif refused:
        answer["error"] = clean({"type": None, "message": refused[0]["connectionStatus"].get("message")})
    if waits:
        answer["waits"] = sorted(waits)
    if controls:
        answer["config"] = clean(controls[-1])
    return answer


def written(answer):
    """One line for each request and each record, so that a difference shows."""
    def block(items):
        if not items:
            return "[]"
        return "[\n" + ",\n".join("    " + json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items) + "\n  ]"

    parts = []
    for key, value in answer.items():
        text = block(value) if key in ("requests", "records") else json.dumps(value, ensure_ascii=False, sort_keys=True)
        parts.append(f'  "{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def work(path, shared, channel):
    case = yaml.safe_load(path.read_text())
    if not os.environ.get("ORACLE_DEBUG"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    try:
        channel.send(written(run(case, shared)))
    except BaseException:  # noqa: BLE001
        channel.send(None)
        channel.send(traceback.format_exc())
    os._exit(0)


def main():
    shared = yaml.safe_load((FOLDER / "cases" / "shared.yaml").read_text())
    wanted = sys.argv[1:]
    paths = sorted(path for path in (FOLDER / "cases").glob("*/*.yaml"))
    if wanted:
        paths = [path for path in paths if any(name in f"{path.parent.name}/{path.stem}" for name in wanted)]
    context = multiprocessing.get_context("fork")
    failed = 0
    for path in paths:
        name = f"{path.parent.name}/{path.stem}"
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=work, args=(path, shared, sender))
        child.start()
        if not receiver.poll(60):
            child.kill()
            print(f"{name}: the reference did not end within a minute")
            failed += 1
            continue
        text = receiver.recv()
        if text is None:
            print(f"{name}: {receiver.recv()}")
            failed += 1
        else:
            target = FOLDER / "golden" / f"{name}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            before = target.read_text() if target.exists() else None
            target.write_text(text)
            if before != text:
                print(f"{name}: {'new' if before is None else 'changed'}")
            answer = json.loads(text)
            if not answer["requests"] and "error" in answer and not yaml.safe_load(path.read_text()).get("refused"):
                print(f"{name}: nothing was asked: {answer['error']['message']}")
        child.join(5)
        child.kill()
    if not wanted:
        known = {f"{path.parent.name}/{path.stem}" for path in paths}
        for old in (FOLDER / "golden").glob("*/*.json"):
            if f"{old.parent.name}/{old.stem}" not in known:
                old.unlink()
    print(f"{len(paths) - failed} of {len(paths)} cases")
    sys.exit(1 if failed else 0)


main()
