"""What schemathesis cannot read from the document: which values belong together.

A request that fits its schema must be accepted, so what the schema cannot say is put right here:
ids are those of things that exist, cursors are sent with the filters that they were given for, and
a config is one that its provider takes. Requests that are made wrong on purpose are left alone.
"""

import atexit
import http.server
import itertools
import json
import os
import threading
import time
import uuid
from collections import Counter, defaultdict, deque

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation as Location

URL = os.environ["SYNCLINE_URL"]
API = URL + "/v2/integrations"
SESSION = requests.Session()
SESSION.headers["Authorization"] = "Bearer " + os.environ["SYNCLINE_TOKEN"]

CONFIG = {"base_url": os.environ["SYNCLINE_DEMO_URL"], "api_token": "demo-token"}
MODELS = ["customers", "invoices", "payments"]
COUNTER = itertools.count(1)
TURNS = defaultdict(itertools.count)
# How often each operation was answered with each status, over all rounds.
STATUSES = defaultdict(Counter)
# A cursor, and the filters that it is good for.
CURSORS = {}
# Ids that answers showed, and those that requests of this run made, by the parameter's name.
SHOWN = defaultdict(lambda: deque(maxlen=20))
MADE = defaultdict(lambda: deque(maxlen=20))


def ask(method, path, **arguments):
    answer = SESSION.request(method, API + path, timeout=90, **arguments)
    answer.raise_for_status()
    return answer.json()


def new_connection(name, config=CONFIG):
    body = {"provider_name": "demo", "name": name, "config": config}
    return ask("POST", "/connections", json=body)


class Forgetful(http.server.BaseHTTPRequestHandler):
    """A provider of customers that loses them all when it is told to."""

    customers = []

    def do_GET(self):
        # The first page is asked for without its number.
        rows = [] if "?page=" in self.path or "&page=" in self.path else self.customers
        body = json.dumps({"data": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


FORGETFUL = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forgetful)
threading.Thread(target=FORGETFUL.serve_forever, daemon=True).start()


class World:
    """One connection whose records have landed, so that every path leads to something."""

    def __init__(self):
        connection = new_connection("Conformance")
        answer = SESSION.post(f"{API}/connections/{connection['id']}/sync", timeout=30)
        answer.raise_for_status()
        syncs = [ask("GET", f"/syncs/{sync['id']}?wait=60") for sync in answer.json()]
        assert all(sync["status"] == "complete" for sync in syncs), syncs
        models = [model for model in connection["models"] if model["is_sync_supported"]]
        records = ask("GET", f"/models/{models[0]['id']}/records?limit=5")
        self.hold = self.new_hold()
        # Its syncs go on waiting, so that they can be cancelled.
        self.held = new_connection("Held")["id"]
        ask("PATCH", f"/connections/{self.held}", json={"is_sync_disabled": True})
        # Of one model only: a record is found below its own.
        self.ids = {
            "connection_id": [connection["id"]],
            "model_id": [models[0]["id"]],
            "record_id": [record["id"] for record in records],
            "sync_id": [sync["id"] for sync in syncs],
            "batch_id": [answer.headers["Syncline-Batch-Id"]],
            "provider_name": ["demo"],
            "held_deletes_id": [self.hold],
        }

    def pick(self, name):
        """An id for a parameter: of this world, or one that some answer showed."""
        known = self.ids.get(name) or list(SHOWN[name])
        return known[next(COUNTER) % len(known)] if known else None

    def waiting_sync(self):
        answer = ask("POST", f"/connections/{self.held}/sync", json={"models": MODELS[:1]})
        return answer[0]["id"]

    def waiting_batch(self):
        answer = SESSION.post(f"{API}/connections/{self.held}/sync", timeout=30)
        answer.raise_for_status()
        return answer.headers["Syncline-Batch-Id"]

    def new_hold(self):
        """Deletes that are held, since all records were gone at once."""
        config = CONFIG | {"base_url": f"http://127.0.0.1:{FORGETFUL.server_port}"}
        path = f"/connections/{new_connection('Forgetful', config)['id']}"
        for count in (12, 0):
            updated = "2026-01-01T00:00:00Z"
            Forgetful.customers = [{"id": id, "updated_at": updated} for id in range(count)]
            body = {"models": ["customers"], "full_refresh": True}
            sync = ask("POST", path + "/sync", json=body)[0]
            sync = ask("GET", f"/syncs/{sync['id']}?wait=60")
            assert sync["status"] == "complete", sync
        return ask("GET", f"/held_deletes?connection_id={path.split('/')[-1]}")[0]["id"]

    def released_hold(self):
        path = f"/held_deletes/{self.new_hold()}"
        ask("POST", path + "/release")
        patience = 300
        while ask("GET", path)["status"] != "released":
            patience -= 1
            assert patience, "a release does not come on"
            time.sleep(0.1)
        return path.split("/")[-1]

    def cancelled_sync(self):
        return ask("POST", f"/syncs/{self.waiting_sync()}/cancel")["id"]


WORLD = World()


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    keep_to_loopback(case.body)
    phase = case.meta.phase.name.value if case.meta else "examples"
    if is_positive(case, Location.PATH) and phase in ("examples", "fuzzing"):
        mend_path(operation, case.path_parameters or {})
    if is_destructive(case):
        spare_the_world(case.path_parameters or {})
    if is_positive(case, Location.QUERY) and case.query:
        mend_query(case)
    if is_positive(case, Location.HEADER) and "Idempotency-Key" in (case.headers or {}):
        # A key that was used for another request is refused.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if is_positive(case, Location.BODY) and isinstance(case.body, dict):
        mend_body(operation, case.body)


@schemathesis.hook
def after_call(context, case, response):
    if case.method.lower() != case.operation.method.lower():
        return
    STATUSES[case.operation.definition.raw["operationId"]][str(response.status_code)] += 1
    cursor = (response.headers.get("next-cursor") or [None])[0]
    if cursor:
        filters = {
            name: value for name, value in (case.query or {}).items() if name not in ("cursor", "limit")
        }
        CURSORS[cursor] = (case.formatted_path, filters)
    learn(response)


def learn(response):
    """Where nobody wrote down an id above, those of answers are used: `token_id` of a `token`."""
    if response.status_code not in (200, 201) or "json" not in (response.headers.get("content-type") or [""])[0]:
        return
    body = response.json()
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, dict) and "id" in item and "object" in item:
            name = f"{item['object']}_id"
            SHOWN[name].append(item["id"])
            if response.status_code == 201:
                MADE[name].append(item["id"])


def mend_path(operation, parameters):
    for name in parameters:
        parameters[name] = WORLD.pick(name) or parameters[name]
    if operation == "cancel_batch":
        # What other requests wait for is not taken from them.
        parameters["batch_id"] = WORLD.waiting_batch()
    elif operation == "cancel_sync" and is_turn(operation, 2):
        parameters["sync_id"] = WORLD.waiting_sync()
    elif operation == "retry_sync" and is_turn(operation, 2):
        parameters["sync_id"] = WORLD.cancelled_sync()
    elif operation in ("release_held_deletes", "dismiss_held_deletes") and is_turn(operation, 4):
        parameters["held_deletes_id"] = WORLD.new_hold()
    elif operation == "undo_held_deletes" and is_turn(operation, 4):
        parameters["held_deletes_id"] = WORLD.released_hold()


def is_turn(operation, every):
    """Whether this call of an operation gets what is made for it: the first, and some after it."""
    return next(TURNS[operation]) % every == 0


def is_destructive(case):
    return case.operation.method.lower() == "delete" or case.operation.path.endswith(
        ("/revoke", "/rotate")
    )


def spare_the_world(parameters):
    """Only what this run made is destroyed, not what it stands on: its connection, its token."""
    for name, value in parameters.items():
        if value not in MADE[name]:
            made = list(MADE[name])
            if name == "connection_id":
                parameters[name] = new_connection("To be deleted")["id"]
            elif made:
                parameters[name] = made[next(COUNTER) % len(made)]
            elif value in SHOWN[name]:
                parameters[name] = "nothing"


def is_positive(case, location):
    """Whether this part fits its schema; of examples only the whole says so."""
    if case.meta is None:
        return True
    part = case.meta.components.get(location, case.meta.generation)
    return part.mode == GenerationMode.POSITIVE


def mend_query(case):
    # Patience is tested elsewhere; here it would only take time.
    if int_or_zero(case.query.get("wait")) > 1:
        case.query["wait"] = 1
    for name in ("connection_id", "model_id", "sync_id", "token_id"):
        if name in case.query:
            case.query[name] = WORLD.pick(name)
            if case.query[name] is None:
                del case.query[name]
    if "cursor" in case.query:
        path, filters = CURSORS.get(case.query["cursor"], (None, {}))
        if path != case.formatted_path:
            del case.query["cursor"]
        else:
            kept = {name: case.query[name] for name in ("cursor", "limit") if name in case.query}
            case.query.clear()
            case.query.update(filters | kept)


def mend_body(operation, body):
    if operation == "create_connection":
        body["provider_name"] = "demo"
        body["config"] = dict(CONFIG)
    elif operation == "update_connection" and "config" in body:
        body["config"] = {"page_size": 50}
    elif operation == "update_model" and "is_read_enabled" in body:
        # A request that names a model would rightly be refused from then on.
        body["is_read_enabled"] = True
    elif operation == "request_sync":
        mend_request(body)
    elif operation in ("create_token", "rotate_token"):
        mend_token(body)
    elif operation == "replace_model_schedule":
        mend_schedule(body)
    elif operation == "replace_model_state" and isinstance(body.get("state"), dict):
        # Any other object must have the stream's own cursor.
        body["state"] = {}


def mend_token(body):
    if body.get("scope") == "admin":
        body.pop("connection_ids", None)
    if "connection_ids" in body:
        body["connection_ids"] = WORLD.ids["connection_id"]
    if "expires_at" in body:
        body["expires_at"] = "2999-01-01T00:00:00Z"


def mend_schedule(body):
    """By interval or by cron, not both; what goes with neither is left out."""
    if "cron" in body:
        body["cron"] = "0 3 * * 1-5"
        body.pop("interval_seconds", None)
        if "time_zone" in body:
            body["time_zone"] = "Europe/Paris"
        return
    body.pop("time_zone", None)
    interval = body.setdefault("interval_seconds", None)
    if interval is None:
        body.pop("jitter_seconds", None)
    elif "jitter_seconds" in body:
        body["jitter_seconds"] = min(body["jitter_seconds"], interval)


def mend_request(body):
    if "models" in body:
        body["models"] = MODELS[: max(1, len(body["models"]) % 4)]
    if body.get("full_refresh"):
        for name in ("timerange_start", "timerange_end", "entity_id"):
            body.pop(name, None)
    if "entity_id" in body:
        body["models"] = MODELS[:1]
    if "timerange_start" in body and "timerange_end" in body:
        body["timerange_start"], body["timerange_end"] = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00+02:00"


def keep_to_loopback(body):
    """Whatever else is wrong with a config, nothing but the demo provider is ever called."""
    config = body.get("config") if isinstance(body, dict) else None
    if isinstance(config, dict) and isinstance(config.get("base_url"), str):
        config["base_url"] = CONFIG["base_url"]


def int_or_zero(value):
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


@atexit.register
def keep_statuses():
    path = os.environ.get("SYNCLINE_CONFORMANCE_STATUSES")
    if not path:
        return
    if os.path.exists(path):
        with open(path) as file:
            for operation, counts in json.load(file).items():
                STATUSES[operation].update(counts)
    with open(path, "w") as file:
        json.dump(STATUSES, file)
