"""Ways to break the pipelines, each of which pipelines/check.py has to see."""

# Ways to break a copy: file, text, the text instead of it, and what must then be said.
G = ".github/workflows"
BREAKS = [
    # A missing step.
    (f"{G}/checks.yaml", "      - run: make check\n", "", "github: pull-request: check: the steps are"),
    (".gitlab-ci.yml", "    - make check\n", "", "gitlab: main: check: the steps are"),
    ("bitbucket-pipelines.yml", "          - make check\n", "", "bitbucket: pull-request: check: the steps are"),
    ("azure-pipelines.yml", "          - script: make check\n", "", "azure: main: check: the steps are"),
    # A missing job.
    (f"{G}/pull-request.yaml", "  verify:\n    name: verify", "  look:\n    name: look", "github: pull-request: the jobs are"),
    (".gitlab-ci.yml", "\nfaults:\n", "\n.faults:\n", "gitlab: main: the jobs are"),
    ("bitbucket-pipelines.yml", "            - step: *faults\n", "", "bitbucket: pull-request: the jobs are"),
    ("azure-pipelines.yml", "- job: faults", "- job: fault", "azure: main: the jobs are"),
    # Another order.
    (f"{G}/main.yaml", "sign-in\n", "sign\n", "github: main: images: the steps are"),
    (".gitlab-ci.yml", "    - make images\n    - make scan", "    - make scan\n    - make images", "gitlab: main: scan: the steps are"),
    ("bitbucket-pipelines.yml", "make images\n          - make scan", "make scan\n          - make images", "bitbucket: main: scan: the steps are"),
    ("azure-pipelines.yml", "make images\n          - script: make scan", "make scan\n          - script: make images", "azure: main: scan: the steps are"),
    # A missing gate.
    (f"{G}/main.yaml", "    needs: [images]\n", "", "github: main: deliver: it comes after []"),
    (f"{G}/pull-request.yaml", "    needs: [checks]\n", "", "github: pull-request: verify: it comes after []"),
    (".gitlab-ci.yml", "needs: [test, coverage, scan, faults]\n  timeout: 90", "needs: [test, scan, faults]\n  timeout: 90", "gitlab: main: images: it comes"),
    ("bitbucket-pipelines.yml", "      - step: *check\n      - parallel:\n          fail-fast: true\n          steps:\n",
     "      - parallel:\n          steps:\n            - step: *check\n", "bitbucket: pull-request: test: it comes after []"),
    ("azure-pipelines.yml", "dependsOn: [images]", "dependsOn: []", "azure: main: deliver: it comes after []"),
    ("azure-pipelines.yml", "and(succeeded(), eq(variables['Build.Reason']", "and(always(), eq(variables['Build.Reason']", "azure: verify: something else"),
    # Something that is not pinned.
    (f"{G}/checks.yaml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "github: actions/checkout@v7: not pinned"),
    (f"{G}/checks.yaml", " # v7.0.1", "", "github: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1: not pinned"),
    (".gitlab-ci.yml", "docker:29.6.2-dind", "docker:dind", "gitlab: docker:dind: not an exact version"),
    ("bitbucket-pipelines.yml", "rust:1.95.0-trixie", "rust:latest", "bitbucket: rust:latest: not an exact version"),
    ("azure-pipelines.yml", "ubuntu-24.04", "ubuntu-latest", "azure: ubuntu-latest: not an exact version"),
    # More rights than needed.
    (f"{G}/checks.yaml", "contents: read", "contents: write", "github: pull-request: check: it may more than it has to: contents: write"),
    (f"{G}/release.yaml", "permissions: {}", "permissions: write-all", "github: release: its jobs start with rights"),
    (f"{G}/main.yaml", "          permission-contents: write\n          permission-pull-requests: write\n", "", "it may more than it has to: app: everything"),
    (f"{G}/main.yaml", "        with:\n          persist-credentials: false\n", "", "github: images: the checkout leaves its token"),
    (".gitlab-ci.yml", "faults:\n  extends: .checks", "faults:\n  extends: .checks\n  environment: {name: delivery}\n  resource_group: delivery",
     "gitlab: main: faults: it may more than it has to: environment: delivery"),
    ("bitbucket-pipelines.yml", "        name: test\n", "        name: test\n        oidc: true\n", "bitbucket: main: test: it may more than it has to: oidc"),
    ("azure-pipelines.yml", "- script: make check\n", "- script: make check\n            env: {TOKEN: $(System.AccessToken)}\n",
     "azure: pull-request: check: it may more than it has to"),
    # Something else starts it.
    (f"{G}/pull-request.yaml", "  pull_request:\n", "  pull_request_target:\n", "github: pull-request: something else starts it"),
    (f"{G}/main.yaml", "      - docker/**\n", "", "github: main: something else starts it"),
    (".gitlab-ci.yml", "  - docker/**/*\n", "", "gitlab: .main: something else starts it"),
    ("bitbucket-pipelines.yml", "          - docker/**\n", "", "bitbucket: deliver: something else starts it"),
    ("azure-pipelines.yml", "      - docker/**\n", "", "azure: something else starts it"),
    ("argosy.toml", '"crates/stack", ', '"crates/stack", "policy", ', "bitbucket: check: something else starts it"),
    # A cache that a pull request could write.
    (f"{G}/checks.yaml", "        if: github.event_name == 'push' && github.ref == 'refs/heads/main'\n", "", "github: check: a pull request would write"),
    (".gitlab-ci.yml", "CACHE_POLICY: pull\n", "CACHE_POLICY: pull-push\n", "gitlab: a merge request would write the cache"),
    ("bitbucket-pipelines.yml", "        name: test\n", "        name: test\n        caches: [cargo]\n", "bitbucket: test: any branch could write"),
    ("azure-pipelines.yml", "            condition: ne(variables['System.PullRequest.IsFork'], 'True')\n", "", "azure: check: a fork's pull request would"),
    # Shell that belongs to a script; two that deliver at once; a job without an end; a check that is not required.
    (f"{G}/main.yaml", "- run: make sign\n", "- run: cosign sign --yes image\n", "a step is one line that calls make or argosy"),
    (f"{G}/main.yaml", "cancel-in-progress: false", "cancel-in-progress: true", "github: main: two of it could deliver at once"),
    (".gitlab-ci.yml", "  resource_group: delivery\n", "", "gitlab: deliver: two of it could deliver at once"),
    ("azure-pipelines.yml", "    lockBehavior: sequential\n", "", "azure: deliver: two of it could deliver at once"),
    ("bitbucket-pipelines.yml", "        max-time: 60\n", "", "bitbucket: pull-request: check: it may take None minutes"),
    (".github/rulesets/main.json", '"checks / scan"', '"checks / look"', "main.json does not require"),
]
