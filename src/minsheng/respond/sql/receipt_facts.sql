-- What a receipt is made of, by the order's number or by the number on its channel.
SELECT r.order_id, e.commitment, e.at, r.channel, r.number
FROM respond_receipt r JOIN respond_event e ON e.order_id = r.order_id AND e.seq = 1
WHERE r.order_id = coalesce(
    (SELECT id FROM respond_order WHERE no = %(no)s),
    (SELECT order_id FROM respond_receipt WHERE channel = %(channel)s AND number = %(number)s))
