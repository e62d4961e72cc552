"""RAPI's resources over the simulated world: one table."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated import rapi_views as views
from cyclades.adapters.simulated.faults import Fate, take_fate
from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import GROUP, Job, Opcode, World

CREATE_FIELDS: Final = frozenset(
    {"__version__", "mode", "instance_name", "disk_template", "disks", "nics", "os_type"}
    | {"osparams", "osparams_secret", "beparams", "hvparams", "hypervisor", "ip_check"}
    | {"name_check", "wait_for_sync", "start", "conflicts_check", "tags", "pnode", "depends"}
    | {"no_install", "ignore_ipolicy"}
)
# Parameters of opcodes that come in the query.
IN_QUERY: Final[dict[str, Callable[[dict[str, str]], Any]]] = {
    "reboot_type": lambda query: query.get("type"),
    "tags": lambda query: [query["tag"]] if "tag" in query else None,
}
CLOSED: Final = {Fate.DRAINED: "Queue drained", Fate.FULL: "Job queue is full"}
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda left, right: bool(left == right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
}


class Fault(Exception):
    """An answer that is not 200, in Ganeti's form."""

    def __init__(self, status: int, message: str, explain: str) -> None:
        """Status, what is wrong, and the status in words."""
        super().__init__(message)
        self.status = status
        self.body = {"code": status, "message": message, "explain": explain}


class NoAnswer(Exception):
    """The connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the names in its path, its query and its body."""

    names: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


NOT_FOUND: Final = ("Not Found", "Nothing matches the given URI")
BAD: Final = "Bad request syntax or unsupported method"


def submit(store: WorldStore, op: Opcode, asked: Asked, resource: str) -> int:
    """Queue a job, with the reason that the request gave, unless its fate is another."""

    def verb(world: World) -> tuple[Fate | None, int]:
        fate = take_fate(world)
        if fate not in {None, Fate.ANSWER_LOST}:
            return fate, 0
        time = int(world.time * 1e9)
        given = [["gnt:user", asked.query["reason"], time]] if "reason" in asked.query else []
        trail = [*given, [f"gnt:library:rlib2:{resource}", "", time]]
        return fate, engine.submit(world, store.settings, {**op, "reason": trail}).id

    fate, job_id = store.change(verb)
    if fate in {Fate.NEVER_ARRIVED, Fate.ANSWER_LOST}:
        raise NoAnswer
    if fate in CLOSED:
        raise Fault(500, CLOSED[fate], "Server got itself in trouble")
    if fate is Fate.REFUSED:
        raise Fault(400, "Refused on demand", BAD)
    return job_id


def create(store: WorldStore, asked: Asked) -> Any:
    """`POST /2/instances`."""
    body = asked.body if isinstance(asked.body, dict) else {}
    for name in body.keys() - CREATE_FIELDS:
        text = f"Object OpInstanceCreate doesn&#x27;t support the parameter &#x27;{name}&#x27;"
        raise Fault(400, f"Invalid body parameters: {text}", BAD)
    for name in ("instance_name", "disk_template", "mode"):
        if not isinstance(body.get(name), str):
            text = f"Parameter &#x27;OP_INSTANCE_CREATE.{name}&#x27; fails validation"
            raise Fault(400, f"Invalid body parameters: {text}", BAD)
    op = {"OP_ID": "OP_INSTANCE_CREATE", **body}
    op["osparams_secret"] = dict.fromkeys(body.get("osparams_secret") or {})  # never kept
    return submit(store, op, asked, "instances")


def on_instance(op_id: str, resource: str) -> Callable[[WorldStore, Asked], Any]:
    """An opcode about the instance that the path names, with the body's parameters."""

    def handler(store: WorldStore, asked: Asked) -> Any:
        body = asked.body if isinstance(asked.body, dict) else {}
        given = {name: read(asked.query) for name, read in IN_QUERY.items() if read(asked.query)}
        op = {"OP_ID": op_id, "instance_name": asked.names[0], **body, **given}
        return submit(store, op, asked, resource)

    return handler


def grow_disk(store: WorldStore, asked: Asked) -> Any:
    """`POST /2/instances/NAME/disk/INDEX/grow`."""
    about = {"instance_name": asked.names[0], "disk": int(asked.names[1])}
    op = {"OP_ID": "OP_INSTANCE_GROW_DISK", **(asked.body or {}), **about}
    return submit(store, op, asked, "instances_name_disk_grow")


def create_network(store: WorldStore, asked: Asked) -> Any:
    """`POST /2/networks`."""
    return submit(store, {"OP_ID": "OP_NETWORK_ADD", **asked.body}, asked, "networks")


def on_network(op_id: str, resource: str) -> Callable[[WorldStore, Asked], Any]:
    """An opcode about the network that the path names."""

    def handler(store: WorldStore, asked: Asked) -> Any:
        op = {"OP_ID": op_id, "network_name": asked.names[0], **(asked.body or {})}
        return submit(store, op, asked, resource)

    return handler


def show_network(store: WorldStore, asked: Asked) -> Any:
    """`GET /2/networks/NAME`."""

    def view(world: World) -> Any:
        found = world.networks.get(asked.names[0])
        return views.network(world, found) if found else None

    shape = store.look(view)
    if shape is None:
        raise Fault(404, *NOT_FOUND)
    return shape


def list_networks(store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/networks?bulk=1`."""
    return store.look(lambda world: [views.network(world, n) for n in world.networks.values()])


def show_instance(store: WorldStore, asked: Asked) -> Any:
    """`GET /2/instances/NAME`."""

    def view(world: World) -> Any:
        found = world.instances.get(asked.names[0])
        return views.instance(world, found) if found else None

    shape = store.look(view)
    if shape is None:
        raise Fault(404, *NOT_FOUND)
    return shape


def list_instances(store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/instances?bulk=1`."""
    return store.look(lambda world: [views.instance(world, i) for i in world.instances.values()])


def list_nodes(store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/nodes?bulk=1`."""
    return store.look(lambda world: [views.node(world, node) for node in world.nodes.values()])


def list_groups(_store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/groups`."""
    return [{"name": GROUP, "uri": f"/2/groups/{GROUP}"}]


def show_info(store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/info`."""
    return store.look(views.info)


def list_jobs(store: WorldStore, _asked: Asked) -> Any:
    """`GET /2/jobs?bulk=1`: live jobs."""
    return store.look(
        lambda world: [views.job(world, job, views.BULK_FIELDS) for job in world.jobs.values()]
    )


def show_job(store: WorldStore, asked: Asked) -> Any:
    """`GET /2/jobs/ID`, archived or not; all null when there is none."""

    def view(world: World) -> Any:
        job = world.job(int(asked.names[0]))
        return views.job(world, job, views.ONE_FIELDS) if job else None

    return store.look(view) or views.unknown_job(int(asked.names[0]))


def cancel_job(store: WorldStore, asked: Asked) -> Any:
    """`DELETE /2/jobs/ID`: [done, text]."""
    job_id = int(asked.names[0])
    problem = store.change(lambda world: engine.cancel(world, job_id))
    return [problem is None, problem or f"Job {job_id} canceled"]


def query_jobs(store: WorldStore, asked: Asked) -> Any:
    """`PUT /2/query/job`: archived jobs come when asked for by id or by the field `archived`."""
    fields = asked.body["fields"]
    condition = asked.body.get("qfilter")
    named = named_ids(condition)

    def view(world: World) -> Any:
        candidates: dict[int, Job] = dict(world.jobs)
        if "archived" in fields:
            candidates |= world.archive
        if named:
            candidates = {n: job for n in named if (job := world.job(n)) is not None}
        known = [j for _, j in sorted(candidates.items()) if matches(world, j, condition)]
        rows = [views.job(world, job, fields) for job in known]
        return rows + [{"id": number} for number in named if number not in candidates]

    return views.query_answer(fields, store.look(view))


def named_ids(condition: Any) -> list[int]:
    """The ids, if the condition asks for jobs by nothing but their ids."""
    parts = condition[1:] if condition and condition[0] == "|" else [condition or []]
    if all(part[:2] == ["=", "id"] for part in parts):
        return [part[2] for part in parts]
    return []


def matches(world: World, job: Job, condition: Any) -> bool:
    """Ganeti's query filter, as far as it is needed."""
    if not condition:
        return True
    operator, *rest = condition
    if operator in {"|", "&"}:
        return {"|": any, "&": all}[operator](matches(world, job, part) for part in rest)
    name, value = rest
    return COMPARISONS[operator](views.JOB_FIELDS[name](world, job), value)


NAME: Final = r"/2/instances/([^/]+)"
NETWORK: Final = r"/2/networks/([^/]+)"
ROUTES: Final = tuple(
    (method, re.compile(path), handler)
    for method, path, handler in (
        ("GET", r"/2/info", show_info),
        ("GET", r"/2/nodes", list_nodes),
        ("GET", r"/2/groups", list_groups),
        ("GET", r"/2/instances", list_instances),
        ("POST", r"/2/instances", create),
        ("GET", NAME, show_instance),
        ("DELETE", NAME, on_instance("OP_INSTANCE_REMOVE", "instances_name")),
        ("PUT", f"{NAME}/startup", on_instance("OP_INSTANCE_STARTUP", "instances_name_startup")),
        ("PUT", f"{NAME}/shutdown", on_instance("OP_INSTANCE_SHUTDOWN", "instances_name_shutdown")),
        ("POST", f"{NAME}/reboot", on_instance("OP_INSTANCE_REBOOT", "instances_name_reboot")),
        ("PUT", f"{NAME}/tags", on_instance("OP_TAGS_SET", "instances_name_tags")),
        ("PUT", f"{NAME}/modify", on_instance("OP_INSTANCE_SET_PARAMS", "instances_name_modify")),
        ("PUT", f"{NAME}/rename", on_instance("OP_INSTANCE_RENAME", "instances_name_rename")),
        ("POST", NAME + r"/disk/(\d+)/grow", grow_disk),
        ("PUT", f"{NAME}/activate-disks", on_instance("OP_INSTANCE_ACTIVATE_DISKS", "activate")),
        ("GET", r"/2/networks", list_networks),
        ("POST", r"/2/networks", create_network),
        ("GET", NETWORK, show_network),
        ("DELETE", NETWORK, on_network("OP_NETWORK_REMOVE", "networks_name")),
        ("PUT", f"{NETWORK}/connect", on_network("OP_NETWORK_CONNECT", "networks_connect")),
        (
            "PUT",
            f"{NETWORK}/disconnect",
            on_network("OP_NETWORK_DISCONNECT", "networks_disconnect"),
        ),
        ("GET", r"/2/jobs", list_jobs),
        ("GET", r"/2/jobs/(\d+)", show_job),
        ("DELETE", r"/2/jobs/(\d+)", cancel_job),
        ("PUT", r"/2/query/job", query_jobs),
    )
)


def answer(store: WorldStore, method: str, path: str, asked: Asked) -> Any:
    """Find the resource and let it answer. Raises Fault, NoAnswer."""
    if store.look(lambda world: world.faults.unreachable):
        raise NoAnswer
    found = [(m, handler, hit) for m, rx, handler in ROUTES if (hit := rx.fullmatch(path))]
    if not found:
        raise Fault(404, *NOT_FOUND)
    for allowed, handler, hit in found:
        if allowed == method:
            names = tuple(map(unquote, hit.groups()))
            return handler(store, Asked(names, asked.query, asked.body))
    text = f"Method {method} is unsupported for path {path}"
    raise Fault(501, text, "Server does not support this operation")
