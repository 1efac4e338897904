{{/* What a schema cannot say: values that do not go together. Each is refused by name, before anything is applied. */}}
{{- define "library.checks" -}}
{{- $autoscaling := .Values.autoscaling | default dict }}
{{- if and $autoscaling.enabled (lt (int $autoscaling.maxReplicas) (int .Values.replicas)) }}
{{- fail (printf "autoscaling.maxReplicas is %v, but replicas, the least, is %v: raise the one or lower the other" $autoscaling.maxReplicas .Values.replicas) }}
{{- end }}
{{- $route := .Values.route | default dict }}
{{- if and $route.enabled (not $route.parentRefs) }}
{{- fail "route.enabled is true, but route.parentRefs is empty: name the Gateway that the route belongs to" }}
{{- end }}
{{- end }}
