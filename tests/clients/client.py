"""One client under test: how it is pointed at inferlog, and what its driver runs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Client:
    """One client.

    `group` is the heading that it is documented under. `settings` are the environment variables by which its users
    point it at inferlog, `code` what they write in their program, where no variable does it or beside them; {url} and
    {key} stand for inferlog's address and a key of its. `others` are what else the driver needs to run; the
    provider's variables (OPENAI_BASE_URL, …) are always there. `shares` names the client whose environment and driver
    it runs with. `notes` say what it does not send, or loses by itself. `kinds` are those of the spans of its journey.
    `untried` names capabilities that its scenarios do not show, as what is called there has nothing of the kind.
    """

    name: str
    group: str
    settings: dict[str, str]
    scenarios: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)
    driver_ending: str = ".py"
    shares: str = ""
    code: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    untried: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset({"workflow", "task", "tool", "agent", "chat"})

    def __str__(self) -> str:
        """Return its name."""
        return self.name

    @property
    def is_npm(self) -> bool:
        """Return whether it is of npm rather than of PyPI."""
        return self.driver_ending != ".py"

    @property
    def environment(self) -> str:
        """Return the name of its environment, which is its own or another client's."""
        return self.shares or self.name

    @property
    def driver(self) -> str:
        """Return the name of its driver's file."""
        return f"run_{self.environment.replace('-', '_')}{self.driver_ending}"

    def variables(self, url: str, key: str, provider: str) -> dict[str, str]:
        """Return the environment of its driver, for an inferlog and a provider."""
        asked = {
            "OPENAI_BASE_URL": f"{provider}/v1",
            "OPENAI_API_KEY": "sk-of-the-provider",
            "ANTHROPIC_BASE_URL": provider,
            "ANTHROPIC_API_KEY": "sk-of-the-provider",
        }
        given = self.settings | self.others
        return asked | {name: value.replace("{url}", url).replace("{key}", key) for name, value in given.items()}
