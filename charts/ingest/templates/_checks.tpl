{{/* The autoscaler may go down to `replicas`: a pod that stays must not be among those that go. */}}
{{- define "ingest.checks" -}}
{{- if gt (int .Values.replicasThatStay) (int .Values.replicas) }}
{{- fail (printf "replicasThatStay is %v, but replicas is %v: the broker would keep messages for pods that never come" .Values.replicasThatStay .Values.replicas) }}
{{- end }}
{{- end }}
