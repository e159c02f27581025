package faults_test

import "testing"

// cases are all tests on the shared fleet, one after the other: crash points, outages,
// scaling, clocks, chance, and the proofs that the harness can fail. Those that are
// brief are what CI runs, once and in their first style; the others, all styles and all
// repetitions, are `make faults`.
var cases = []struct {
	name  string
	brief bool
	run   func(t *testing.T)
}{
	{"without faults everything agrees with the ledger", true, testWithoutFaultsEverythingAgreesWithTheLedger},
	{"writer fails before the commit", true, testAWriterFailsBeforeTheCommit},
	{"writer fails after the commit", true, testAWriterFailsAfterTheCommit},
	{"writer fails before the send", false, testAWriterFailsBeforeTheSend},
	{"writer fails after the send, before the ack", true, testAWriterFailsAfterTheSendBeforeTheAck},
	{"writer fails after the ack, before the delete", false, testAWriterFailsAfterTheAckBeforeTheDelete},
	{"writer fails after the delete", false, testAWriterFailsAfterTheDelete},
	{"drain fails holding a lease", false, testADrainFailsHoldingALease},
	{"activity fails after it has recorded", true, testActivityFailsAfterItHasRecorded},
	{"activity fails before it marks in Redis", false, testActivityFailsBeforeItMarksInRedis},
	{"timeline fails after it has pushed, before it marks", true, testTimelineFailsAfterItHasPushedBeforeItMarks},
	{"search fails after it has written", false, testSearchFailsAfterItHasWritten},
	{"consumer fails before it commits the offset", true, testAConsumerFailsBeforeItCommitsTheOffset},
	{"consumer fails after it has committed the offset", false, testAConsumerFailsAfterItHasCommittedTheOffset},
	{"Kafka is down under writes", true, testKafkaIsDownUnderWrites},
	{"Kafka loses a topic", false, testKafkaLosesATopic},
	{"MongoDB is down", false, testMongoDBIsDown},
	{"Redis is flushed or gone", true, testRedisIsFlushedOrGone},
	{"MySQL is restarted under writes", true, testMySQLIsRestartedUnderWrites},
	{"midnight under load", false, testMidnightUnderLoad},
	{"many midnights under load", false, testManyMidnightsUnderLoad},
	{"clocks are stepped", false, testClocksAreStepped},
	{"consumers come and go under load", false, testConsumersComeAndGoUnderLoad},
	{"a poison record is put away once and the partition goes on", true, testAPoisonRecordIsPutAwayOnceAndThePartitionGoesOn},
	{"a leader fails", false, testALeaderFails},
	{"a random run loses nothing", true, testARandomRunLosesNothing},
	{"the harness notices events that are sent before the commit", false, testTheHarnessNoticesEventsThatAreSentBeforeTheCommit},
	{"the harness notices offsets that are committed before the record is applied", false, testTheHarnessNoticesOffsetsThatAreCommittedBeforeTheRecordIsApplied},
	{"the harness notices a cursor in the place of leases", false, testTheHarnessNoticesACursorInThePlaceOfLeases},
	{"the harness notices a missing unique key", true, testTheHarnessNoticesAMissingUniqueKey},
}

func TestFaults(t *testing.T) { //nolint:paralleltest // the arena is for one at a time
	for _, c := range cases {
		if c.brief || long() {
			t.Run(c.name, c.run)
		}
	}
}
