"""Models by the names that people write: dated, prefixed by a provider or a region, ARNs, deployments, fine-tuned.

A wrong model is worse than none: what is not sure is marked as guessed, and what is doubtful is not found.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
    ModelInfo,
    Provider,
)

from inferlog.pricing.dataset import DataSet
from inferlog.pricing.hosts import UNKNOWN, UNPRICED, host_of, known_host

FROM_NAME: Final = "cost:model_guessed_from_name"
"""The name is not one that the provider publishes, but one that is known is in it (an unknown date or prefix)."""
FROM_DEPLOYMENT: Final = "cost:model_guessed_from_deployment"
"""The name is somebody's own for a deployment, and has exactly one known model in it."""
ROUTE: Final = "cost:route_price_may_differ"
"""OpenRouter chose the cheapest or the fastest provider, at a price of that provider's."""
TOOL_FEES: Final = "cost:tool_fees_not_included"
"""What the provider's own tools cost a call (searches, …) is not in the price of tokens."""

REGION: Final = "cost:region_price_may_differ"
"""The name has a region or a data zone in it, and the price that is known is that of another one."""

NAME_MAX: Final = 200
"""Characters of a name. A longer one is no model's, and must not fill the memory of what was resolved."""
MAKERS: Final = ("openai", "anthropic", "google", "mistral", "cohere", "deepseek", "x-ai")
"""Providers of models of their own, whose names (text-embedding-3-small) do not all tell who made them."""
_AGGREGATORS: Final = frozenset(
    "openrouter together fireworks github-copilot novita baseten databricks cloudflare groq quicksilverpro modal "
    "cerebras doubleword ovhcloud".split()
)  # fmt: skip
"""Hosts whose names of models have a maker in front: meta-llama/Llama-3-70b, openai/gpt-oss-120b."""
_OPEN_WEIGHTS: Final = re.compile(
    r"(gpt-oss|gemma|codegemma|llama|meta-|qwen|qwq|phi-|deepseek-(r1|v[123]|coder|llm)|kimi-k2|kimi-vl|kimi-dev|glm-|"
    r"mixtral|codellama|mistral-(7b|nemo)|minimax-m|yi-|falcon|solar-|wizardlm|mai-)"
)
"""Models that anybody may serve, at any price: without a host they have none."""

_CLOUDS: Final = frozenset({"aws", "azure", "google"})
"""Hosts whose rules find a model anywhere in a path, which may also have a region in it."""
_ARN: Final = re.compile(r"arn:aws[a-z-]*:bedrock:([^:]*):[^:]*:([a-z-]+)/(.+)")
_ARN_NAMES: Final = frozenset({"foundation-model", "inference-profile"})
_BEDROCK: Final = re.compile(
    r"((global|us|eu|apac|au|jp|ca|in|us-gov)\.)?"
    r"(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|moonshotai|writer|google|nvidia|minimax|zai)\.[a-z]"
)
_VERTEX: Final = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/(.+)")
_VERTEX_OWN: Final = re.compile(r"projects/[^/]+/locations/[^/]+/(endpoints|models|tunedmodels)/|tunedmodels/")
_ROUTER: Final = re.compile(r":(beta|nitro|floor|online|thinking|extended|exacto|self-moderated)$")
_ROUTED_ELSEWHERE: Final = frozenset({"nitro", "floor", "exacto"})
_LOCAL_TAG: Final = re.compile(r":(latest|\d+(\.\d+)?[bm]\b.*|.*(q\d|fp16|instruct|text|gguf|cloud).*)$")
"""A tag of Ollama's: the same name is a cloud's model only by chance (deepseek-r1:8b)."""
_DATE: Final = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|20\d{6}|latest)$")
_HARMLESS: Final = re.compile(
    r"\d{1,4}|20\d{6}|v\d+|latest|stable|preview|exp|experimental|beta|thinking|default|customtools"
)
"""Words that may follow what a rule of the data set matches, without making it another model."""
_GEMMA: Final = re.compile(r"e?\d+b|it|\d")
_WORDS: Final = re.compile(r"[-@:._/ ]+")


class Found(NamedTuple):
    """A model of the data set, at the provider who sells it. `free` says that a route to it costs nothing."""

    provider: Provider
    model: ModelInfo
    marks: tuple[str, ...] = ()


class _Reference(NamedTuple):
    """A name without what stood in front of it, the host that this told (UNKNOWN: none), and the region."""

    host: str
    name: str
    marks: tuple[str, ...] = ()
    region: str = ""


def find_model(data: DataSet, written: str, provider_id: str) -> Found | None:
    """Return the model that a name means, at the provider that the name or else `provider_id` tells, or None.

    A provider of the caller's own naming does not hide a known model. `provider_id` may be as anybody writes it.
    """
    if not written or len(written) > NAME_MAX or len(provider_id) > NAME_MAX:
        return None
    name, host = re.sub(r"\s+", "-", written.strip().lower()), host_of(provider_id)
    provider = data.provider(host)
    if provider is not None and "/" in name and host not in _CLOUDS:
        whole = _sold(data, provider, name)
        if whole is not None:
            return Found(provider, whole)
    reference = _unwrap(name, host)
    if reference is None:
        return None
    found = _at_host(data, reference) if reference.host else _anywhere(data, reference.name)
    if found is None and reference.host == "openai":
        # OpenAI's SDK is also how others are called, so that they are logged under its name.
        found = _anywhere(data, reference.name, FROM_NAME)
    return None if found is None else found._replace(marks=tuple(dict.fromkeys((*reference.marks, *found.marks))))


def _unwrap(name: str, host: str) -> _Reference | None:
    """Return a name without prefixes, or None if it names something that has no public price."""
    if host == UNPRICED:
        return None
    if name.startswith("arn:"):
        arn = _ARN.fullmatch(name)
        return _Reference("aws", arn[3], region=arn[1]) if arn and arn[2] in _ARN_NAMES else None
    vertex = _VERTEX.fullmatch(name)
    if vertex:
        return _Reference("google", vertex[1])
    if _VERTEX_OWN.match(name):
        return None
    if name.startswith("models/") and host in (UNKNOWN, "google", "openai"):
        return _Reference("google", name.removeprefix("models/"))
    if name.startswith("accounts/fireworks/"):
        return _Reference("fireworks", name)
    head, colon, rest = name.partition(":")
    if colon and "/" not in head and known_host(head):
        return _unwrap(rest, known_host(head))
    if "/" in name:
        return _unwrap_path(name, host)
    if host in (UNKNOWN, "aws") and _BEDROCK.match(name):
        return _Reference("aws", name)
    return _Reference(host, name)


def _unwrap_path(name: str, host: str) -> _Reference | None:
    """Return `vendor/model`, `gateway/vendor/model` and the like without what only routes."""
    if host in (UNKNOWN, "openai") and (_ROUTER.search(name) or name.endswith(":free")):
        return _Reference("openrouter", name.removeprefix("openrouter/"))
    head, _, rest = name.partition("/")
    told = known_host(head)
    if told and told == host:
        return _inner(rest, host)
    if host in _AGGREGATORS:
        return _Reference(host, name)
    if told == UNPRICED:
        return None
    if told:
        return _inner(rest, told)
    if head.startswith("@"):
        return _Reference(host or "cloudflare", name)
    if host:
        return _Reference(host, name)
    inner = _unwrap(rest, UNKNOWN)
    return inner and inner._replace(marks=(FROM_NAME, *inner.marks))


def _inner(rest: str, host: str) -> _Reference | None:
    """Return what follows a host's name: Bedrock's and Azure's may have a region or a kind of API in front."""
    if host in ("aws", "azure") and "/" in rest:
        if rest.startswith("arn:"):
            return _unwrap(rest, host)
        place, _, last = rest.rpartition("/")
        return _Reference(host, last, region=place.rpartition("/")[2])
    if host in _AGGREGATORS or "/" not in rest:
        return _unwrap(rest, host) if "/" not in rest and ":" not in rest else _Reference(host, rest)
    return _unwrap(rest, host)


def _at_host(data: DataSet, reference: _Reference) -> Found | None:
    """Return a host's model."""
    provider = data.provider(reference.host)
    if provider is None:
        return None
    name = reference.name
    if reference.host == "openrouter":
        return _at_router(data, provider, name)
    if reference.host == "fireworks" and not name.startswith("accounts/"):
        name = f"accounts/fireworks/models/{name}"
    plain = _DATE.sub("", name)
    forms = [(name, ())] if plain == name or _is_tuned(name) else [(name, ()), (plain, (FROM_NAME,))]
    for form, guessed in forms:
        found = _sold(data, provider, form)
        if found:
            return Found(provider, found, (*guessed, *_regional(reference, found)))
    if reference.host == "azure":
        return _in_deployment(data, provider, name)
    return None


def _regional(reference: _Reference, model: ModelInfo) -> tuple[str, ...]:
    """Return the mark of a price that is not the region's: Bedrock's ids tell theirs, Azure's prices are global."""
    if reference.host == "azure":
        return (REGION,) if reference.region not in ("", "global", "global-standard", "openai") else ()
    if reference.host != "aws":
        return ()
    zone = reference.name.partition(".")[0]
    if zone == "us-gov" or reference.region.startswith("us-gov"):
        return (REGION,)
    if model.id.startswith(("global.", "regional.")):
        return ()
    elsewhere = bool(_REGION.fullmatch(reference.region)) and not reference.region.startswith("us-")
    return (REGION,) if elsewhere or zone in _ZONES_ELSEWHERE else ()


_REGION: Final = re.compile(r"[a-z]{2}-[a-z]+-\d")
_ZONES_ELSEWHERE: Final = frozenset({"eu", "apac", "au", "jp", "ca", "in"})


def _at_router(data: DataSet, provider: Provider, name: str) -> Found | None:
    """Return OpenRouter's model; a suffix says how it is routed, and `:free` is a model of its own."""
    found = data.find(provider, name) or data.find(provider, f"openrouter/{name}")
    if found:
        return Found(provider, found)
    if name.endswith(":free"):
        base = data.find(provider, name.removesuffix(":free"))
        return Found(provider, ModelInfo(f"{base.id}:free" if base else "*:free", ClauseEquals(name)))
    suffix = _ROUTER.search(name)
    if not suffix:
        return None
    found = data.find(provider, name[: suffix.start()])
    marks = (ROUTE,) if suffix[1] in _ROUTED_ELSEWHERE else (TOOL_FEES,) if suffix[1] == "online" else ()
    return Found(provider, found, marks) if found else None


def _anywhere(data: DataSet, name: str, *marks: str) -> Found | None:
    """Return the model that a name alone tells: at the provider that its form tells, else at one that made it."""
    if _OPEN_WEIGHTS.match(name) or _LOCAL_TAG.search(name):
        return None
    telling = [each for each in data.providers if each.model_match and each.model_match.is_match(name)]
    makers = [each for made_by in MAKERS if (each := data.provider(made_by)) is not None]
    candidates = list({each.id: each for each in [*telling, *makers]}.values())
    plain = _DATE.sub("", name)
    forms = [(name, ())] if plain == name or _is_tuned(name) else [(name, ()), (plain, (FROM_NAME,))]
    for form, guessed in forms:
        for provider in candidates:
            found = _sold(data, provider, form)
            if found:
                return Found(provider, found, (*marks, *guessed))
    maker = data.provider("openai")
    return None if maker is None else _in_deployment(data, maker, name, strict=True)


def _sold(data: DataSet, provider: Provider, name: str) -> ModelInfo | None:
    """Return a provider's model of exactly this name; a maker's rules are loose, so that the rest is looked at."""
    found = data.find(provider, name)
    if found is None and "_" in name:
        name = name.replace("_", "-")
        found = data.find(provider, name)
    if found is None or (provider.id in MAKERS and not _fits(found, name)):
        return None
    if not any(found is each for each in provider.models) and not _sells_at_list_price(data, provider, found):
        return None
    return None if provider.id == "openai" and _OPEN_WEIGHTS.match(name) else found


def _sells_at_list_price(data: DataSet, provider: Provider, model: ModelInfo) -> bool:
    """Tell whether a cloud sells another's model at that one's own prices: Azure does OpenAI's, Google Anthropic's."""
    if _OPEN_WEIGHTS.match(model.id):
        return False
    makers = [data.provider(maker) for maker in ("openai", "anthropic")]
    return any(model is each for maker in makers if maker is not None for each in maker.models)


def _is_tuned(name: str) -> bool:
    return name.startswith("ft:") or ".ft-" in name


def _fits(model: ModelInfo, name: str) -> bool:
    """Tell whether what a rule leaves of a name only dates it: deepseek-r1-distill-llama is no deepseek-r1."""
    literals = list(_literals(model.match, name))
    if not literals:
        return True
    literal = max(literals, key=len)
    if _is_tuned(name) or _is_tuned(literal):
        return _is_tuned(name) and _is_tuned(literal)
    if name in (literal, model.id.lower()):
        return True
    before, _, after = name.partition(literal)
    harmless = _GEMMA if literal.startswith("gemma") else _HARMLESS
    return before in ("", "omni-", "text-") and all(harmless.fullmatch(word) for word in _WORDS.split(after) if word)


def _literals(clause: MatchLogic, name: str) -> list[str]:
    """Return the parts of a name that a rule asks for; none if it also takes the name as a whole."""
    match clause:
        case ClauseOr(or_=parts):
            matching = [each for each in parts if each.is_match(name)]
            if any(isinstance(each, ClauseEquals | ClauseRegex) for each in matching):
                return []
            return [text for each in matching for text in _literals(each, name)]
        case ClauseAnd(and_=parts):
            return [text for each in parts for text in _literals(each, name)]
        case ClauseStartsWith(starts_with=text) | ClauseContains(contains=text) | ClauseEndsWith(ends_with=text):
            return [text.lower()] if clause.is_match(name) else []
        case _:
            return []


# Deployments


_MODEL_WORD: Final = re.compile(
    r"mini|nano|micro|pro|turbo|ultra|max|plus|large|small|medium|lite|flash|vision|audio|realtime|image|search|codex|"
    r"transcribe|tts|whisper|embed\w*|instruct|chat|preview|high|low|fast|thinking|reasoning|coder|code|distill\w*|ft|"
    r"tun\w*|fine\w*|lora|clone|fake|mock|like|not|non|no|vs|as|ptu|provisioned|batch|\d+(\.\d+)?b|\d+x\d+b|a\d+b|v\d+|"
    r"q\d.*|\d+k|gguf|llama|qwen|gemma|mistral|sonnet|opus|haiku|gemini|claude|gpt|oss|mythos|fable|sol|luna|terra|astra|"
    r"o\d|\d+\.\d+|than|better|killer|judge|eval|extended|deep|research|open|style|alpha|beta"
)
"""Words that make a name another model than the one in it, or one that costs otherwise."""
_PLACE_WORD: Final = re.compile(
    r"my|our|the|main|team|prod|production|dev|development|test|testing|staging|stage|stg|qa|uat|sandbox|demo|eu|us|uk|"
    r"global|dz|datazone|standard|deployment|deploy|default|primary|secondary|backup|internal|azure|aoai|openai|"
    r"(east|west|north|south|central)\w*|sweden\w*|france\w*|germany\w*|switzerland\w*|japan\w*|australia\w*|canada\w*|"
    r"korea\w*|norway\w*|europe|\d{1,2}"
)
"""Words of deployments: a stage, a region, a number."""


def _in_deployment(data: DataSet, provider: Provider, name: str, *, strict: bool = False) -> Found | None:
    """Return the one known model in the name of a deployment, as whole words, marked as a guess.

    On Azure a deployment has any name; elsewhere (`strict`) the rest must be words of stages and regions.
    """
    if _is_tuned(name) or "/" in name or ":" in name:
        return None
    text = re.sub(r"\bgpt-?35\b", "gpt-3.5", re.sub(r"\bgpt(?=\d)", "gpt-", _SPACES.sub("-", name)))
    literal = next((each for each in _deployable(data) if _whole(each, text)), "")
    if not literal:
        return None
    words = [word for word in re.split(r"[-@:/ ]+", text.replace(literal, " ", 1)) if word]
    if any(_MODEL_WORD.fullmatch(word) for word in words):
        return None
    if strict and not all(_PLACE_WORD.fullmatch(word) for word in words):
        return None
    rest = text.replace(literal, " ", 1)
    if any(_whole(each, rest) for each in _deployable(data)):
        return None
    found = data.find(provider, literal)
    return Found(provider, found, (FROM_DEPLOYMENT,)) if found else None


_SPACES: Final = re.compile(r"[\s_]+")


def _whole(literal: str, text: str) -> bool:
    return literal in text and re.search(rf"(?<![a-z0-9.]){re.escape(literal)}(?![a-z0-9.])", text) is not None


@lru_cache(maxsize=4)
def _deployable(data: DataSet) -> list[str]:
    """Return the names of OpenAI's models that may be in a deployment's, the longest first."""
    provider = data.provider("openai")
    names: set[str] = set()
    for model in provider.models if provider else []:
        parts = model.match.or_ if isinstance(model.match, ClauseOr) else [model.match]
        names |= {each.equals.lower() for each in parts if isinstance(each, ClauseEquals)}
        names |= {each.starts_with.lower() for each in parts if isinstance(each, ClauseStartsWith)}
        names.add(model.id.lower())
    usable = [each for each in names if re.search(r"\d", each) and not _OPEN_WEIGHTS.match(each) and ":" not in each]
    return sorted(usable, key=lambda each: (-len(each), each))
