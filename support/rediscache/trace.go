package rediscache

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// traceHook gives commands spans. Of a command only its name is told: its words
// are keys and values.
type traceHook func(ctx context.Context, operation string) (end func(error))

// DialHook implements redis.Hook.
func (h traceHook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (h traceHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		end := h(ctx, cmd.Name())
		err := next(ctx, cmd)
		finish(end, err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (h traceHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		end := h(ctx, "pipeline")
		err := next(ctx, cmds)
		finish(end, err)
		return err
	}
}

func finish(end func(error), err error) {
	if end == nil {
		return
	}
	if errors.Is(err, redis.Nil) { // an answer
		err = nil
	}
	end(err)
}
