"""The picture of a lifetime fit: observed survival as points, the fitted curve and its interval, one panel a segment.

Belongs here: drawing what fct_ltv_fit holds. Does not belong here: fitting (orchestration/estimators), choosing what is published.
"""

from __future__ import annotations

import base64
from typing import Any

import duckdb

_ROWS = """
    select
        segment,
        age_months,
        observed_survival_ratio,
        fitted_survival_ratio,
        fitted_survival_low_ratio,
        fitted_survival_high_ratio
    from finance.fct_ltv_fit
    where segment_kind = ? and fitted_survival_ratio is not null
    order by segment, age_months
"""


def survival_fit_chart(rows: list[dict[str, Any]]) -> Any:
    """An Altair chart of rows of fct_ltv_fit: segment, age_months, and the four survival ratios (0-1, observed may be null)."""
    import altair as alt  # Loaded only where a picture is made: it costs a second.

    base = alt.Chart(width=300, height=180).encode(x=alt.X("age_months:Q", title="months since the first paid day"))
    share = alt.Y("fitted_survival_low_ratio:Q", title="share still paying", scale=alt.Scale(domain=[0, 1]))
    layers = alt.layer(
        base.mark_area(opacity=0.2).encode(y=share, y2="fitted_survival_high_ratio:Q"),
        base.mark_line().encode(y="fitted_survival_ratio:Q"),
        base.mark_point(filled=True, color="black").encode(y="observed_survival_ratio:Q"),
    )
    return alt.layer(*layers.layer, data=alt.Data(values=rows)).facet(facet=alt.Facet("segment:N", title=None), columns=3)


def survival_fit_picture(connection: duckdb.DuckDBPyConnection, segment_kind: str) -> str | None:
    """The chart of the latest fits of a segment kind as a Markdown image (PNG inside); None without fct_ltv_fit or without a fit in it."""
    import vl_convert

    known = connection.execute(
        "select 1 from information_schema.tables "
        "where table_catalog = current_database() and table_schema = 'finance' and table_name = 'fct_ltv_fit'"
    ).fetchall()
    result = connection.execute(_ROWS, [segment_kind]) if known else None
    if result is None:
        return None
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    if not rows:
        return None
    image = base64.b64encode(vl_convert.vegalite_to_png(survival_fit_chart(rows).to_json(), scale=1)).decode()
    return f"![fitted and observed survival by {segment_kind}](data:image/png;base64,{image})"
