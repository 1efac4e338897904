{{/* What Helm says after an installation: how to see that it works, and which rule is missing that another NetworkPolicy may have. */}}
{{- define "library.notes" -}}
{{- $own := .Values.networkPolicy }}
{{- $route := .Values.route | default dict }}
{{- if and $own.enabled $route.enabled (not $own.from) }}
The gateway can reach {{ include "library.name" . }} only if a NetworkPolicy lets it: name its pods in networkPolicy.from.
{{- end }}
{{- if and $own.enabled .Values.monitor.enabled (not $own.metricsFrom) }}
Prometheus can read metrics only if a NetworkPolicy lets it: name its pods in networkPolicy.metricsFrom.
{{- end }}
{{- if and $own.enabled .Values.otlpEndpoint (not $own.egress) }}
Traces reach {{ .Values.otlpEndpoint }} only if a NetworkPolicy lets them: add a rule to networkPolicy.egress.
{{- end }}
{{- end }}
