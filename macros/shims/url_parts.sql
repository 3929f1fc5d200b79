{# Host of an absolute address, lower case, without user and port; null where there is none. #}
{% macro url_host(column) -%}
  nullif(lower(regexp_extract({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#@]*@)?([^/?#:@]+)', 2)), '')
{%- endmacro %}

{# Path of an absolute address, as it came, / for the bare host; null where there is no address. #}
{% macro url_path(column) -%}
  case
        when {{ url_host(column) }} is not null
            then coalesce(nullif(regexp_extract({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^?#]*)', 1), ''), '/')
    end
{%- endmacro %}
