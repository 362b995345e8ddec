"""What a member of staff can do, once for every face: write (`compose`), relate to people (`people`), react (`reactions`).

Each act becomes an activity and goes through `federation.outbox.perform`, in one transaction with its effects and the
deliveries it causes. When a function here returns, what it did is durable.
"""
