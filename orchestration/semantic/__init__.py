"""The semantic layer: metrics defined once in dbt's YAML, compiled by MetricFlow, published as one long table.

Belongs here: reading the definitions, compiling them for every clock and segment, running them, the register.
Does not belong here: any formula of a metric, any model's SQL, Dagster.
"""

from orchestration.semantic.compiler import CompileError
from orchestration.semantic.definitions import DefinitionError, Definitions, Metric, SemanticModel, read_definitions
from orchestration.semantic.publisher import MetricError, MetricsSummary, publish_metrics
from orchestration.semantic.register import metric_definitions, missing_providers
from orchestration.semantic.shell import offer_to_shell

__all__ = [
    "CompileError",
    "DefinitionError",
    "Definitions",
    "Metric",
    "MetricError",
    "MetricsSummary",
    "SemanticModel",
    "metric_definitions",
    "missing_providers",
    "offer_to_shell",
    "publish_metrics",
    "read_definitions",
]
