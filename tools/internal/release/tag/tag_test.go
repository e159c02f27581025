package tag_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestAutomaticTagOfEachBranch(t *testing.T) {
	t.Parallel()
	for branch, want := range map[string]string{
		"main":                        "main-20261120-0007",
		"develop":                     "develop-20261120-0007",
		"hotfix":                      "hotfix-20261120-0007",
		"hotfix/login":                "hotfix-login-20261120-0007",
		"hotfix/2026/login":           "hotfix-2026-login-20261120-0007",
		"hotfix/a_b.c":                "hotfix-a_b.c-20261120-0007",
		"hotfix/a+b#c@d":              "hotfix-a-b-c-d-20261120-0007",
		"hotfix/로그인":                  "hotfix-----20261120-0007",
		"hotfix/$(id);`id`&&x|y>z\n'": "hotfix---id---id---x-y-z---20261120-0007",
	} {
		got, err := tag.Automatic(branch, noon, 7)
		require.NoError(t, err, branch)
		require.Equal(t, want, got)
	}
}

func TestOtherBranchesHaveNoAutomaticTag(t *testing.T) {
	t.Parallel()
	for _, branch := range []string{"", "master", "Main", "main ", "feature/x", "hotfix/", "hotfixes", "hotfix-x", "release/1", "develop/x", "refs/heads/main"} {
		_, err := tag.Automatic(branch, noon, 7)
		require.ErrorIs(t, err, tag.ErrBranch, branch)
	}
}

func TestTheDayIsTheDayInUTC(t *testing.T) {
	t.Parallel()
	seoul := time.FixedZone("KST", 9*60*60)
	for at, want := range map[time.Time]string{
		time.Date(2026, 11, 20, 23, 59, 59, 999_999_999, time.UTC): "main-20261120-0001",
		time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC):              "main-20261121-0001",
		time.Date(2026, 11, 21, 8, 59, 59, 0, seoul):               "main-20261120-0001",
		time.Date(2026, 11, 21, 9, 0, 0, 0, seoul):                 "main-20261121-0001",
		time.Date(2027, 1, 1, 0, 30, 0, 0, seoul):                  "main-20261231-0001",
	} {
		got, err := tag.Automatic("main", at, 1)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestTheBuildHasFourDigitsOrMore(t *testing.T) {
	t.Parallel()
	for run, want := range map[int]string{
		1: "main-20261120-0001", 42: "main-20261120-0042", 9999: "main-20261120-9999",
		10000: "main-20261120-10000", 1234567: "main-20261120-1234567",
	} {
		got, err := tag.Automatic("main", noon, run)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, run := range []int{0, -1} {
		_, err := tag.Automatic("main", noon, run)
		require.ErrorIs(t, err, tag.ErrRun)
	}
}

func TestALongBranchIsCutAndDayAndBuildStay(t *testing.T) {
	t.Parallel()
	got, err := tag.Automatic("hotfix/"+strings.Repeat("x", 300), noon, 12)
	require.NoError(t, err)
	require.Len(t, got, 128)
	require.True(t, strings.HasSuffix(got, "x-20261120-0012"))
}

func TestManualTagsAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"release-20251024", "v1.2.3", "1", "_x", "A.b-c_d", "main-20261120-0001", strings.Repeat("x", 128)} {
		got, err := tag.Manual(text)
		require.NoError(t, err)
		require.Equal(t, text, got)
	}
}

func TestWhatNoRegistryTakesIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "-x", ".x", "a b", "a/b", "a:b", "a@b", "v1+2", "x\n", "x\ny=1", "\x00", "é", "태그",
		"$(id)", "`id`", "a;b", "a'b", `a"b`, "a\\b", "${{x}}", strings.Repeat("x", 129),
	} {
		_, err := tag.Manual(text)
		require.ErrorIs(t, err, tag.ErrInvalid, "%q", text)
	}
}

func TestLatestIsNotGivenByHand(t *testing.T) {
	t.Parallel()
	_, err := tag.Manual("latest")
	require.ErrorIs(t, err, tag.ErrReserved)
}

func FuzzEveryAutomaticTagIsValid(f *testing.F) {
	f.Add("x/y", int64(0), 1)
	f.Fuzz(func(t *testing.T, below string, seconds int64, run int) {
		got, err := tag.Automatic("hotfix/"+below, time.Unix(seconds%253402300799, 0), run)
		if err == nil {
			require.NoError(t, tag.Check(got))
		}
	})
}
