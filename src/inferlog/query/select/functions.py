"""The functions that a caller's SELECT may use: an allow-list, so that a new function of the engine is refused.

Left out on purpose: what reads outside the logs (file, dictGet, joinGet, getSetting, hostName, …), takes a function's
name as a text (arrayReduce, initializeAggregation), reads the inner state of an aggregate (-State, -Merge,
finalizeAggregation), sleeps, or loops without asking for the time (arrayFold).
"""

import re
from typing import Final

_LOGIC: Final = """
and or not xor if multiIf ifNull nullIf coalesce assumeNotNull toNullable isNull isNotNull isZeroOrNull greatest least
clamp transform caseWithExpression firstNonDefault isDistinctFrom isNotDistinctFrom
equals notEquals less greater lessOrEquals greaterOrEquals in notIn like notLike ilike notILike exists materialize
""".split()

_NUMBERS: Final = """
plus minus multiply divide divideOrNull intDiv intDivOrZero intDivOrNull modulo moduloOrZero positiveModulo mod negate
abs sign gcd lcm max2 min2 exp exp2 exp10 log ln log2 log10 log1p sqrt cbrt pow power sin cos tan asin acos atan atan2
sinh cosh tanh hypot pi e degrees radians sigmoid round floor ceil ceiling trunc truncate roundBankers roundDown
roundToExp2 roundDuration isFinite isInfinite isNaN ifNotFinite widthBucket bar divideDecimal multiplyDecimal
bitAnd bitOr bitXor bitNot bitShiftLeft bitShiftRight bitTest bitCount rand rand64 randUniform randNormal randCanonical
formatReadableSize formatReadableDecimalSize formatReadableQuantity formatReadableTimeDelta
""".split()

_TEXT: Final = """
length lengthUTF8 char_length empty notEmpty lower upper lowerUTF8 upperUTF8 lcase ucase concat concatWithSeparator
concat_ws substring substringUTF8 substr mid left leftUTF8 right rightUTF8 substringIndex leftPad rightPad lpad rpad
trim trimLeft trimRight trimBoth ltrim rtrim reverse reverseUTF8 repeat initcap ascii char hex unhex bin base64Encode
base64Decode tryBase64Decode startsWith endsWith position positionUTF8 positionCaseInsensitive
positionCaseInsensitiveUTF8 locate countSubstrings countSubstringsCaseInsensitive countSubstringsCaseInsensitiveUTF8
match extract extractAll extractGroups extractAllGroupsVertical extractAllGroupsHorizontal regexpExtract countMatches
countMatchesCaseInsensitive multiSearchAny multiSearchAnyCaseInsensitive multiSearchAnyUTF8
multiSearchAnyCaseInsensitiveUTF8 multiSearchFirstIndex multiMatchAny hasToken hasTokenCaseInsensitive hasAnyTokens
hasAllTokens hasPhrase hasSubsequence replace replaceAll replaceOne replaceRegexpAll replaceRegexpOne regexpQuoteMeta
format translate translateUTF8 splitByChar splitByString splitByRegexp splitByWhitespace splitByNonAlpha alphaTokens
arrayStringConcat tokens ngrams ngramDistance ngramSearch isValidUTF8 toValidUTF8 normalizeUTF8NFC normalizeUTF8NFKC
caseFoldUTF8 removeDiacriticsUTF8 firstLine soundex stringJaccardIndex jaroWinklerSimilarity decodeHTMLComponent
decodeURLComponent encodeURLComponent domain domainWithoutWWW topLevelDomain protocol path pathFull queryString port
cutQueryString extractURLParameter
MD5 SHA1 SHA256 SHA512 cityHash64 sipHash64 xxHash64 xxh3 murmurHash3_64 farmHash64 halfMD5 CRC32
""".split()

_JSON: Final = """
JSONHas JSONLength JSONType JSONKey JSONExtract JSONExtractString JSONExtractInt JSONExtractUInt JSONExtractFloat
JSONExtractBool JSONExtractRaw JSONExtractKeys JSONExtractArrayRaw JSONExtractKeysAndValues JSONExtractKeysAndValuesRaw
JSONArrayLength JSON_VALUE JSON_QUERY JSON_EXISTS isValidJSON toJSONString simpleJSONHas simpleJSONExtractString
simpleJSONExtractInt simpleJSONExtractUInt simpleJSONExtractFloat simpleJSONExtractBool simpleJSONExtractRaw
prettyPrintJSON
""".split()

_TIMES: Final = """
now now64 today yesterday toTimezone toTimeZone timezoneOf timezoneOffset dateDiff date_diff timeDiff age dateTrunc
date_trunc dateName dateAdd date_add dateSub date_sub addDate subDate formatDateTime formatDateTimeInJodaSyntax
parseDateTime parseDateTimeOrNull parseDateTimeOrZero parseDateTimeBestEffort parseDateTimeBestEffortOrNull
parseDateTimeBestEffortOrZero parseDateTime64BestEffort parseDateTime64BestEffortOrNull makeDate makeDateTime
makeDateTime64 fromUnixTimestamp fromUnixTimestamp64Milli fromUnixTimestamp64Micro fromUnixTimestamp64Second
toUnixTimestamp toUnixTimestamp64Milli toUnixTimestamp64Micro toUnixTimestamp64Second timeSlot monthName
toYear toQuarter toMonth toWeek toISOWeek toISOYear toYearWeek toDayOfYear toDayOfMonth toDayOfWeek toHour toMinute
toSecond toMillisecond toMonday toLastDayOfMonth toDaysInMonth toYYYYMM toYYYYMMDD toYYYYMMDDhhmmss
toStartOfYear toStartOfISOYear toStartOfQuarter toStartOfMonth toStartOfWeek toStartOfDay toStartOfHour toStartOfMinute
toStartOfSecond toStartOfMillisecond toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes toStartOfInterval
toRelativeYearNum toRelativeMonthNum toRelativeWeekNum toRelativeDayNum toRelativeHourNum toRelativeMinuteNum
addYears addQuarters addMonths addWeeks addDays addHours addMinutes addSeconds addMilliseconds
subtractYears subtractQuarters subtractMonths subtractWeeks subtractDays subtractHours subtractMinutes subtractSeconds
subtractMilliseconds UUIDv7ToDateTime
toIntervalYear toIntervalQuarter toIntervalMonth toIntervalWeek toIntervalDay toIntervalHour toIntervalMinute
toIntervalSecond toIntervalMillisecond
""".split()

_TYPES: Final = """
CAST toTypeName toString toFixedString toBool toDate toDate32 toDateTime toDateTime64 toUUID toUUIDOrNull toUUIDOrZero
toDateOrNull toDateOrZero toDateTimeOrNull toDateTimeOrZero toDateTime64OrNull toDateTime64OrZero
toLowCardinality tuple tupleElement array map
""".split() + [
    f"to{kind}{size}{ending}"
    for kind, sizes in {"UInt": (8, 16, 32, 64, 128, 256), "Int": (8, 16, 32, 64, 128, 256), "Float": (32, 64),
                        "Decimal": (32, 64, 128, 256)}.items()
    for size in sizes
    for ending in ("", "OrNull", "OrZero", "OrDefault")
]  # fmt: skip

_COLLECTIONS: Final = """
arrayElement arrayElementOrNull
arrayJoin arrayMap arrayFilter arrayExists arrayAll arrayCount arraySum arrayAvg arrayMin
arrayMax arrayProduct arrayFirst arrayLast arrayFirstIndex arrayLastIndex arrayFirstOrNull arrayLastOrNull
arrayConcat arrayDistinct arrayUniq arrayCompact arrayEnumerate arrayEnumerateUniq arrayFlatten arrayIntersect
arrayUnion arrayExcept arraySort arrayReverseSort arrayPartialSort arrayReverse arraySlice arrayPushBack arrayPushFront
arrayPopBack arrayPopFront arrayResize arrayZip arrayDifference arrayCumSum arrayCumSumNonNegative arraySplit
arrayShingles arrayRemove arrayWithConstant emptyArrayString range has hasAll hasAny hasSubstr indexOf countEqual
mapKeys mapValues mapContains mapContainsKey mapContainsValue mapFilter mapApply mapAdd mapSubtract mapSort
mapFromArrays mapConcat mapUpdate mapExists mapAll
tupleNames tuplePlus tupleMinus cosineDistance L2Distance dotProduct
""".split()

_WINDOWS: Final = """
row_number rank dense_rank denseRank percent_rank percentRank cume_dist ntile lag lead lagInFrame leadInFrame
first_value last_value nth_value nonNegativeDerivative lambda grouping
""".split()

_AGGREGATES: Final = """
count sum sumKahan sumWithOverflow min max avg avgWeighted any anyLast anyHeavy any_value argMin argMax
median quantile quantiles stddevPop stddevSamp varPop varSamp
covarPop covarSamp corr skewPop skewSamp kurtPop kurtSamp entropy
uniq uniqExact uniqCombined uniqCombined64 uniqHLL12 uniqUpTo
groupArray groupArraySorted groupUniqArray groupArrayLast groupConcat groupBitAnd groupBitOr groupBitXor
sumMap minMap maxMap sumCount topK topKWeighted histogram simpleLinearRegression
windowFunnel retention sequenceMatch sequenceCount deltaSum deltaSumTimestamp maxIntersections boundingRatio
exponentialMovingAverage intervalLengthSum
""".split() + [
    f"{name}{kind}"
    for name in ("quantile", "quantiles", "median")
    for kind in ("Exact", "ExactLow", "ExactHigh", "ExactWeighted", "Timing", "TimingWeighted", "TDigest",
                 "TDigestWeighted", "Deterministic", "DD", "GK", "InterpolatedWeighted", "BFloat16", "ExactExclusive",
                 "ExactInclusive")
]  # fmt: skip

_COMBINATOR: Final = re.compile(r"(.+?)(?:If|Array|Map|Distinct|OrNull|OrDefault|ForEach|ArgMin|ArgMax)", re.IGNORECASE)
_COMBINATORS_MAX: Final = 3

FUNCTIONS: Final = tuple(
    dict.fromkeys([*_LOGIC, *_NUMBERS, *_TEXT, *_JSON, *_TIMES, *_TYPES, *_COLLECTIONS, *_WINDOWS])
)
AGGREGATES: Final = tuple(dict.fromkeys(_AGGREGATES))
_KNOWN: Final = frozenset(name.lower() for name in (*FUNCTIONS, *AGGREGATES))
_KNOWN_AGGREGATES: Final = frozenset(name.lower() for name in AGGREGATES)


def is_allowed(name: str) -> bool:
    """Tell whether a SELECT may call this function, or an aggregate of this name and combinators (sumIf, anyOrNull).

    Case does not count here: no function that is left out differs from one that is in by its case alone.
    """
    lowered = name.lower()
    if lowered in _KNOWN:
        return True
    for _ in range(_COMBINATORS_MAX):
        found = _COMBINATOR.fullmatch(lowered)
        if found is None:
            return False
        lowered = found[1]
        if lowered in _KNOWN_AGGREGATES:
            return True
    return False
