{{ union_providers('job_runs') }}
