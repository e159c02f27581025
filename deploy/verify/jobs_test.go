package verify_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
)

func TestCronJobsAreTheTables(t *testing.T) {
	t.Parallel()
	table := readTables(t)
	found := map[string]cronJob{}
	for _, job := range all[batchv1.CronJob](rendered(t, fleet, values{})) {
		spec := job.Spec.JobTemplate.Spec
		found[job.Name] = cronJob{Schedule: job.Spec.Schedule, TTL: *spec.TTLSecondsAfterFinished}
		require.Equal(t, table.CronJobRules.Concurrency, string(job.Spec.ConcurrencyPolicy))
		require.Equal(t, table.CronJobRules.History, *job.Spec.SuccessfulJobsHistoryLimit)
		require.Equal(t, table.CronJobRules.History, *job.Spec.FailedJobsHistoryLimit)
		require.Equal(t, table.CronJobRules.BackoffLimit, *spec.BackoffLimit)
		require.Positive(t, *spec.ActiveDeadlineSeconds)
		require.Equal(t, "Etc/UTC", *job.Spec.TimeZone)
	}
	want := map[string]cronJob{}
	for name, job := range table.CronJobs {
		want["dailyfeed-"+name] = job
	}
	require.Equal(t, want, found)
}

func TestACronJobRunsTheSubcommandOfItsName(t *testing.T) {
	t.Parallel()
	for _, job := range all[batchv1.CronJob](rendered(t, fleet, values{})) {
		container := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
		require.Equal(t, "dailyfeed-"+container.Name+"-"+container.Args[0], job.Name)
	}
}

func TestEveryOwnerMigratesBeforeTheRollout(t *testing.T) {
	t.Parallel()
	var owners []string
	for _, job := range all[batchv1.Job](rendered(t, fleet, values{})) {
		container := job.Spec.Template.Spec.Containers[0]
		require.Equal(t, []string{"migrate"}, container.Args)
		require.Equal(t, "pre-install,pre-upgrade", job.Annotations["helm.sh/hook"])
		require.Contains(t, job.Annotations["helm.sh/hook-delete-policy"], "before-hook-creation")
		require.Equal(t, "default", job.Spec.Template.Spec.ServiceAccountName, "the release's account is not there yet")
		owners = append(owners, container.Name)
	}
	require.ElementsMatch(t, readTables(t).Migrations, owners)
}
