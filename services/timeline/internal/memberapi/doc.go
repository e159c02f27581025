// Package memberapi asks member: how members sign, and who follows whom.
package memberapi
