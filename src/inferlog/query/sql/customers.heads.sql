-- What was last said of some customers; a filter must not meet an aggregate under a column's name.
SELECT
    customer_identifier AS its_customer_identifier,
    argMaxIf(customer_name, (timestamp, id), customer_name != '') AS its_name,
    argMaxIf(customer_email, (timestamp, id), customer_email != '') AS its_email
FROM {database}.logs
WHERE {selection}
GROUP BY customer_identifier
