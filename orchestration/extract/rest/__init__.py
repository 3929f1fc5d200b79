"""REST in: the pages of an API kept as they came, fetched with guards that dlt's REST client does not have.

dlt gives the words of the contract, the paginators and the authentication. Here are deadlines, retries, caps, origins, redaction,
resumption, and high-water marks.

Nothing is imported here: readers of kept pages need none of dlt, which takes half a second to import.

Belongs here: requests to kept pages. Does not belong here: what a record means (land/), any source by name, Dagster.
"""
