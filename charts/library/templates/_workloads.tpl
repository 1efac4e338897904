{{/* What runs a service's pods, and how many. */}}

{{- define "library.deployment" -}}
{{- include "library.checks" . }}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  {{- with include "library.replicas" . }}
  {{- . | nindent 2 }}
  {{- end }}
  # A pod that falls over in its first seconds does not count, and a version that does not come up shows within minutes.
  minReadySeconds: 5
  progressDeadlineSeconds: 300
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
  strategy:
    {{- include "service.strategy" . | trim | nindent 4 }}
  template:
    {{- include "library.pod" . | nindent 4 }}
{{- end }}

{{/* For a service that several replicas of may run at once. */}}
{{- define "library.rollingUpdate" -}}
type: RollingUpdate
rollingUpdate:
  # Never fewer than there should be.
  maxUnavailable: 0
  maxSurge: 1
{{- end }}

{{/* A service whose replicas have names that last. */}}
{{- define "library.statefulset" -}}
{{- include "library.checks" . }}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  {{- with include "library.replicas" . }}
  {{- . | nindent 2 }}
  {{- end }}
  minReadySeconds: 5
  revisionHistoryLimit: 3
  serviceName: {{ include "library.name" . }}
  # Replicas do not wait for each other. Updates go one by one all the same, and the next one mends a broken one: with OrderedReady it
  # would wait for ever until somebody deletes the broken pod.
  podManagementPolicy: Parallel
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
  template:
    {{- include "library.pod" . | nindent 4 }}
{{- end }}

{{/* Who scales says how many; the autoscaler would fight with a number here. */}}
{{- define "library.replicas" -}}
{{- if not (.Values.autoscaling).enabled -}}
replicas: {{ .Values.replicas }}
{{- end -}}
{{- end }}

{{- define "library.autoscaler" -}}
{{- if .Values.autoscaling.enabled -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ include "service.kind" . }}
    name: {{ include "library.name" . }}
  minReplicas: {{ .Values.replicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .Values.autoscaling.targetCPUUtilizationPercentage }}
  behavior:
    scaleDown:
      # A fleet's load comes back: one replica less in five minutes.
      stabilizationWindowSeconds: 300
      policies:
        - type: Pods
          value: 1
          periodSeconds: 300
{{- end -}}
{{- end }}

{{- define "library.disruptionBudget" -}}
{{- if .Values.disruptionBudget.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .Values.disruptionBudget.maxUnavailable }}
  # A pod that is not ready serves nobody, and must not keep a node from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
{{- end -}}
{{- end }}

{{- define "library.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "library.annotated" (dict "root" . "annotations" .Values.serviceAccountAnnotations) | nindent 2 }}
automountServiceAccountToken: false
{{- end }}
