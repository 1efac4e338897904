{{/*
A pod of one container that the chart describes by templates of its own, each of which may be empty:
service.args, service.env, service.ports, service.mounts, service.volumes, service.initContainers.
*/}}
{{- define "library.pod" -}}
metadata:
  labels:
    {{- include "library.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "library.name" . }}
  {{- include "library.confinement" . | nindent 2 }}
  # Longer than the preStop, the drain and the last goodbyes, or what is under way would be cut off.
  terminationGracePeriodSeconds: {{ add .Values.drainSeconds 20 }}
  {{- with include "service.initContainers" . | trim }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .Chart.Name }}
      {{- include "library.container" . | nindent 6 }}
      {{- with include "service.args" . | trim }}
      args:
        {{- . | nindent 8 }}
      {{- end }}
      env:
        {{- $env := printf "%s\n%s" (include "library.serviceEnv" .) (include "service.env" . | trim) }}
        {{- include "library.env" (dict "root" . "env" $env) | trim | nindent 8 }}
      ports:
        {{- with include "service.ports" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        - name: admin
          containerPort: 9464
      {{- include "library.probes" . | nindent 6 }}
      {{- if include "service.ports" . | trim }}
      lifecycle:
        preStop:
          # Nodes hear some seconds late that a pod goes, and send it new connections until then.
          sleep:
            seconds: 5
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        {{- include "service.mounts" . | trim | nindent 8 }}
  volumes:
    {{- include "service.volumes" . | trim | nindent 4 }}
  topologySpreadConstraints:
    {{- include "library.spread" . | trim | nindent 4 }}
{{- end }}

{{/* Where a pod may run and what it may do there, the same for services, jobs and tests. */}}
{{- define "library.confinement" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The service's image, confined. */}}
{{- define "library.container" -}}
image: {{ include "library.image" (dict "root" . "image" .Values.image) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "library.containerSecurity" . }}
{{- end }}

{{- define "library.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end }}

{{/* Liveness asks about the process alone: a database that is away is no reason to start again. */}}
{{- define "library.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: admin
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: /readyz
    port: admin
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  httpGet:
    path: /livez
    port: admin
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}

{{/* Over nodes and zones as far as there are any; each version for itself, or those that go would count while a new one comes. */}}
{{- define "library.spread" -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "library.selector" $ | nindent 6 }}
  matchLabelKeys:
    - {{ eq (include "service.kind" $) "StatefulSet" | ternary "controller-revision-hash" "pod-template-hash" }}
{{- end }}
{{- end }}
