-- The new value of one column of a log: a part of repricing.update. The engine reads each list once and finds a log's place in a hash.
tupleElement(arrayElement(
    (SELECT groupArray(tuple({column})) FROM (SELECT {column} FROM {database}.repricings WHERE job_id = {job_id:String} ORDER BY id)),
    transform(
        id,
        (SELECT groupArray(id) FROM (SELECT id FROM {database}.repricings WHERE job_id = {job_id:String} ORDER BY id)),
        (SELECT arrayEnumerate(groupArray(id)) FROM {database}.repricings WHERE job_id = {job_id:String}),
        toUInt32(0)
    )
), 1)
