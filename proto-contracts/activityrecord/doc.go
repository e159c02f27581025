// Package activityrecord is the Kafka record of one member activity: its topic,
// key, partition, headers and value, in both directions.
//
// Writers call Encode, consumers Decode; nobody else knows the layout. Both
// check the event against the rules of the contract, so that a record that is
// on a topic can be applied. Nothing here talks to a broker.
package activityrecord
