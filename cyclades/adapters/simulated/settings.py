"""The options of a simulated cluster."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from cyclades.domain.model.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Settings:
    """`ClusterConnection.options`, each optional.

    The nodes (`nodes`, `node_*`) and the `seed` count when the cluster is first used, the
    rest at any time. `speed` divides the durations of jobs; `failure_rate` (0 to 1) is the
    share of jobs that fail by chance; `running_jobs` is how many run at once; finished jobs
    are archived after `archive_after` seconds and forgotten after `forget_after` more.
    """

    nodes: int = 2
    node_cpus: int = 64
    node_memory_mib: int = 262_144
    node_disk_mib: int = 8_388_608
    seed: str = "0"
    speed: float = 1.0
    failure_rate: float = 0.0
    running_jobs: int = 20
    archive_after: float = 900.0
    forget_after: float = 21_600.0

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> Self:
        """Read texts. Raises InvalidInput for an unknown name or a bad number."""
        kinds = {name: type(value) for name, value in asdict(cls()).items()}
        for name in options.keys() - kinds.keys():
            message = f"A simulated cluster has no option {name!r}."
            raise InvalidInput(message, name)
        try:
            settings = cls(**{name: kinds[name](text) for name, text in options.items()})
        except ValueError as error:
            message = f"An option of a simulated cluster is not a number: {error}"
            raise InvalidInput(message) from error
        if settings.speed <= 0 or settings.nodes < 1 or settings.running_jobs < 1:
            message = "speed, nodes and running_jobs of a simulated cluster must be positive."
            raise InvalidInput(message)
        return settings
