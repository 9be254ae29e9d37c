-- Logs number {first} to {first} + {count} of a store for reading: the same ones for the same seed. Time goes on with the number.
--
-- Of every thousand logs in a row some are agents' (traces of 20 spans; one of 1,000; one of 30,000 in all), the others are chats
-- in threads of about six. Draws are hashes of the number; a skewed one is exp(u * ln(n)), Zipf's law.
INSERT INTO {database}.logs (
    project_id, environment, id, timestamp, start_time, received_at, api_key_prefix, log_type, log_method, model, provider_id, stream,
    status, status_code, error_message, latency, time_to_first_token, tokens_per_second, prompt_tokens, completion_tokens,
    total_request_tokens, prompt_cache_hit_tokens, cost, cost_source, customer_identifier, customer_email, custom_identifier,
    thread_identifier, trace_unique_id, trace_name, span_unique_id, span_parent_id, span_name, span_workflow_name,
    prompt_messages, completion_message, metadata, usage_details, cost_details, price_id, price_version, size_bytes
)
WITH
    {words:Array(String)} AS words,
    {signs:Array(String)} AS signs,
    intDiv(number, 1000) AS thousand,
    cityHash64({seed:UInt64}, number) AS draw,
    cityHash64(draw, 'body') AS body_draw,
    thousand >= 300 AND thousand < 330 AS is_huge,
    thousand % 97 = 5 AS is_large,
    is_huge OR is_large OR cityHash64({seed:UInt64}, thousand, 'agents') % 4 = 0 AS is_span,
    multiIf(is_huge, 30000, is_large, 1000, 20) AS spans,
    number - multiIf(is_huge, 300000, is_large, thousand * 1000, intDiv(number, 20) * 20) AS place,
    multiIf(is_huge, 'huge', is_large, concat('large-', toString(thousand)), concat('run-', toString(intDiv(number, 20)))) AS run,
    if(is_span, concat('trace ', run), concat('thread ', toString(thousand), ' ', toString(draw % 160))) AS whose,
    toUInt32(exp((cityHash64(whose, 'customer') % 1000003) / 1000003 * log(50000))) AS customer,
    toUInt32(exp((cityHash64(draw, 'model') % 1000003) / 1000003 * log(40))) AS model_number,
    sqrt(-2 * log((cityHash64(draw, 'z1') % 1000003 + 1) / 1000004)) * cos(2 * pi() * (cityHash64(draw, 'z2') % 1000003) / 1000003) AS normal,
    -- Words of six letters: 200 bytes to 40 kB of text, half of them below 1.2 kB.
    toUInt32(greatest(25, least(6000, exp(log(170) + 1.05 * normal)))) AS length,
    cityHash64(draw, 'script') % 100 AS script,
    arrayMap(i -> if(script < 4, signs[toUInt32(1 + cityHash64(body_draw, i) % length(signs))],
                     words[toUInt32(exp((cityHash64(body_draw, i) % 1000003) / 1000003 * log(length(words))))]), range(length)) AS drawn,
    intDiv(length * 3, 4) AS asked,
    arrayStringConcat(arraySlice(drawn, 1, asked)) AS question,
    concat(
        arrayStringConcat(arraySlice(drawn, asked + 1)),
        if(draw % 100000 = 7, 'quokka habitat ', ''), if(draw % 1000 = 11, 'refund policy ', '')
    ) AS reply,
    concat('[{"role":"system","content":"', arrayStringConcat(
        arrayMap(i -> words[toUInt32(1 + cityHash64(model_number % 10, i, 'system') % 500)], range(60))
    ), '"},{"role":"user","content":"', question, '"}]') AS messages,
    concat('{"role":"assistant","content":"', reply, '"}') AS message,
    cityHash64(draw, 'status') % 1000 AS luck,
    multiIf(luck < 8, 429, luck < 16, 500, luck < 20, 400, 200) AS code,
    fromUnixTimestamp64Micro(toInt64({begin_us:Int64} + number * {step_us:Int64} + draw % {step_us:Int64}), 'UTC') AS moment,
    round(exp(0.3 + 0.8 * normal), 3) AS seconds,
    toUInt32(80 + asked * 1.3) AS tokens_in,
    toUInt32((length - asked) * 1.3) AS tokens_out,
    toDecimal128(tokens_in * (0.1 + model_number % 7) / 1000000, 12) AS cost_in,
    toDecimal128(tokens_out * (0.4 + model_number % 7 * 4) / 1000000, 12) AS cost_out,
    lower(hex(MD5(concat(toString({seed:UInt64}), ' ', toString(number))))) AS digits,
    leftPad(lower(hex(toUInt64(intDiv(toUnixTimestamp64Micro(moment), 1000)))), 16, '0') AS milliseconds
SELECT
    {project_id:UUID}, 'prod',
    toUUID(concat(substring(milliseconds, 5, 8), '-', substring(milliseconds, 13, 4), '-7', substring(digits, 1, 3), '-8', substring(digits, 4, 3), '-', substring(digits, 7, 12))),
    moment, moment - toIntervalMicrosecond(toInt64(seconds * 1000000)), moment + toIntervalMillisecond(300), 'bench',
    multiIf(NOT is_span, 'chat', place = 0, 'workflow', place % 3 = 0, 'tool', 'chat'), 'batch',
    concat('model-', toString(model_number)), concat('provider-', toString(model_number % 6)), draw % 3 = 0,
    if(code = 200, 'success', 'failed'), code, if(code = 200, '', 'the provider answered with an error'),
    seconds, if(draw % 3 = 0, round(seconds / 5, 3), 0), round(tokens_out / seconds, 2),
    tokens_in, tokens_out, tokens_in + tokens_out, if(draw % 5 = 0, intDiv(tokens_in, 2), 0),
    cost_in + cost_out, 'price_book', concat('customer-', toString(customer)), concat('c', toString(customer), '@example.com'),
    concat('order-', toString(number)),
    if(is_span, '', whose), if(is_span, whose, ''), if(is_span, 'agent run', ''),
    if(is_span, concat('s', toString(number)), ''), if(is_span AND place > 0, concat('s', toString(number - place + intDiv(place - 1, 3))), ''),
    if(is_span, concat('step ', toString(place % 12)), ''), if(is_span, 'agent', ''),
    messages, if(code = 200, message, ''),
    concat('{"plan":"', multiIf(customer % 10 < 7, 'free', customer % 10 < 9, 'pro', 'enterprise'), '","region":"',
           arrayElement(['eu', 'us', 'asia'], 1 + customer % 3), '","feature":"feature-', toString(model_number % 12), '","build":"', substring(digits, 1, 7), '"}'),
    (tokens_in, 0, 0, 0, 0, 0, 0, tokens_out, 0, 0, 0), (cost_in, 0, 0, 0, 0, 0, 0, cost_out, 0, 0, 0),
    concat('provider:model-', toString(model_number)), 'bench', length(messages) + length(message)
FROM numbers({first:UInt64}, {count:UInt64})
