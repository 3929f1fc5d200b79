{#
  Tables, dropped and created in one transaction. The adapter's own way (create under another name, rename the old one away, rename,
  commit, drop) is for databases that other sessions read meanwhile; the working file has one writer and no reader, and a killed
  transaction leaves the table as it was.
#}
{% materialization table, adapter="duckdb", supported_languages=['sql', 'python'] -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {{ drop_relation_if_exists(existing) }}
  {% call statement('main', language=model['language']) -%}
    {{- create_table_as(False, target, compiled_code, model['language']) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{%- endmaterialization %}
