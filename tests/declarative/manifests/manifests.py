"""Asks `syncline manifest check` about published manifests, and holds it to its word: a stream
without a component of somebody's own Python code can be read.

    python tests/declarative/manifests/manifests.py SYNCLINE FOLDER

The packages are fetched from PyPI into FOLDER, which is not committed. Which streams need Python
is found by reading the YAML with PyYAML, apart from our own reader.
"""

import json
import pathlib
import subprocess
import sys
import zipfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
# Old states are migrated without Python's help.
HARMLESS = {"CustomStateMigration"}


def fetch(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pins = [line for line in (HERE / "packages.txt").read_text().split() if "==" in line]
    for pin in pins:
        name, version = pin.split("==")
        stem = f"{name.replace('-', '_')}-{version}"
        if not list(folder.glob(f"{stem}*.whl")):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*command, "--no-deps", "--only-binary", ":all:", "--dest", str(folder), pin], check=True)
        wheel = next(folder.glob(f"{stem}*.whl"))
        target = folder / f"{name}.yaml"
        with zipfile.ZipFile(wheel) as archive:
            inside = [one for one in archive.namelist() if one.endswith("/manifest.yaml")]
            if not inside:
                sys.exit(f"{pin} has no manifest")
            target.write_bytes(archive.read(min(inside, key=len)))
        yield name, version, target


def look_up(root, path):
    node, rest = root, path.removeprefix("#/")
    while rest:
        if isinstance(node, dict) and rest in node:
            return node[rest]
        if isinstance(node, str) and node.startswith("#/"):
            node = look_up(root, node)
            continue
        head, _, rest = rest.partition("/")
        if isinstance(node, dict) and head not in node and "$ref" in node:
            node = look_up(root, node["$ref"])[head]
        else:
            node = node[int(head)] if isinstance(node, list) else node[head]
    return node


def python_in(node, root, seen=()):
    """The Python components in a node, references followed."""
    found = set()
    if isinstance(node, str) and node.startswith("#/"):
        if node not in seen:
            try:
                found |= python_in(look_up(root, node), root, (*seen, node))
            except (KeyError, IndexError, ValueError, TypeError):
                pass
    elif isinstance(node, dict):
        if "class_name" in node and node.get("type") not in HARMLESS:
            found.add(str(node["class_name"]).rsplit(".", 1)[-1])
        for key, value in node.items():
            # What a key beside a reference replaces is not used.
            if key == "$ref" and isinstance(value, str):
                try:
                    brought = look_up(root, value)
                except (KeyError, IndexError, ValueError, TypeError):
                    continue
                if isinstance(brought, dict):
                    brought = {name: one for name, one in brought.items() if name == "$ref" or name not in node}
                if value not in seen:
                    found |= python_in(brought, root, (*seen, value))
            elif key != "schema":
                found |= python_in(value, root, seen)
    elif isinstance(node, list):
        for item in node:
            found |= python_in(item, root, seen)
    return found


def streams_of(manifest):
    streams = manifest.get("streams", [])
    if isinstance(streams, str):
        streams = look_up(manifest, streams)
    for entry in streams:
        yield from expanded(entry, manifest)


def expanded(entry, manifest):
    seen = entry
    while isinstance(seen, str):
        seen = look_up(manifest, seen)
    if seen.get("type") == "ConditionalStreams":
        for inner in seen.get("streams", []):
            yield from expanded(inner, manifest)
        return
    yield name_of(seen, manifest), entry


def name_of(stream, manifest):
    while True:
        name = stream.get("name") or (stream.get("$parameters") or {}).get("name")
        if name or "$ref" not in stream:
            return name
        stream = look_up(manifest, stream["$ref"])


def main():
    syncline, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    wrong = []
    print("| package | streams | can be read | need Python | neither |")
    print("|---|---|---|---|---|")
    total = [0, 0, 0, 0]
    for name, version, path in fetch(folder):
        answer = subprocess.run([syncline, "manifest", "check", str(path), "--json"], capture_output=True, text=True)
        if not answer.stdout:
            wrong.append(f"{name}: {answer.stderr.strip()}")
            continue
        told = {one["stream"]: one for one in json.loads(answer.stdout)}
        manifest = yaml.safe_load(path.read_text())
        counts = [len(told), sum(one["supported"] for one in told.values()), 0, 0]
        known = dict(streams_of(manifest))
        for index, entry in enumerate(manifest.get("dynamic_streams", [])):
            known[entry.get("name") or f"dynamic_streams[{index}]"] = entry
        for stream, one in told.items():
            if one["supported"]:
                continue
            needs = python_in(known[stream], manifest) if stream in known else set()
            if needs:
                counts[2] += 1
            else:
                counts[3] += 1
                wrong.append(f"{name}, line {one['line']}: {stream}: {one['reason']}")
        missing = set(known) - set(told)
        if missing:
            wrong.append(f"{name}: nothing is told of {', '.join(sorted(map(str, missing)))}")
        total = [a + b for a, b in zip(total, counts)]
        print(f"| `{name}` {version} | {' | '.join(map(str, counts))} |")
    print(f"| all | {' | '.join(map(str, total))} |")
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
