{# Whether a tag of `combinations` fulfils the condition that `rules` has on it: none, (none) where the tag is absent, or a pattern. #}
{% macro fits_rule(tag) -%}
  (
                rules.{{ tag }} is null
                or combinations.{{ tag }} like rules.{{ tag }}
                or (rules.{{ tag }} = '(none)' and combinations.{{ tag }} is null)
            )
{%- endmacro %}
