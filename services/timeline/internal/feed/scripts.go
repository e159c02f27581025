package feed

import "github.com/redis/go-redis/v9"

// trimLua keeps the newest 800 entries of a feed. What falls off first is the
// entry 0 that says that nothing older exists.
const trimLua = `
local function trim(feed)
  local n = redis.call('ZCARD', feed)
  if n > 800 then redis.call('ZREMRANGEBYRANK', feed, 0, n - 801) end
end`

// addLua adds a post to a stored feed, and keeps it the newest 800. A post that
// comes so late that it is older than all of a feed which has lost its end is
// left out: between it and them others are missing.
const addLua = trimLua + `
local function add(feed, post, second)
  local lowest = redis.call('ZRANGE', feed, 0, 0, 'WITHSCORES')
  if not lowest[1] or (lowest[1] ~= '0' and tonumber(second) < tonumber(lowest[2])) then return 0 end
  redis.call('ZADD', feed, second, post)
  trim(feed)
  return 1
end`

// lastLua is the newest id in the stream, 0-0 where there is none.
const lastLua = `
local function last(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1] or '0-0'
end`

// openLua takes over what is new in the stream and prolongs the feed's life.
//
//	ARGV now, how (rank or until), from where, how many, catchUp, touchEvery, feedLife
//	open(feed, current, stream) returns the feed's version, nil where it is missing
const openLua = addLua + lastLua + `
local function open(feed, current, stream)
  local authors, state = feed .. ':authors', feed .. ':state'
  local at = redis.call('HMGET', state, 'version', 'ready', 'mark', 'touched')
  local version, mark = at[1], at[3]
  if at[2] ~= '1' then return nil end
  if current and current ~= version then return nil end
  if redis.call('EXISTS', feed, authors) ~= 2 then return nil end

  local newest = last(stream)
  if newest ~= mark then
    local none = mark == '0-0'
    local limit = tonumber(ARGV[5])
    local entries = redis.call('XRANGE', stream, none and '-' or mark, '+', 'COUNT', limit + 2)
    local first = none and 1 or 2
    if #entries - first + 1 > limit then return nil end
    if not none and (not entries[1] or entries[1][1] ~= mark) then return nil end
    for i = first, #entries do
      local field = entries[i][2]
      if redis.call('SISMEMBER', authors, field[2]) == 1 then
        if field[1] == 'left' then return nil end
        add(feed, field[4], field[6])
      end
    end
    redis.call('HSET', state, 'mark', newest)
  end

  if tonumber(ARGV[1]) - tonumber(at[4]) > tonumber(ARGV[6]) then
    redis.call('HSET', state, 'touched', ARGV[1])
    for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[7]) end
  end
  return version
end`

// runLua reads a run of a feed.
//
//	run(feed) returns id, second, … and '1' where it ends the feed and nothing
//	older exists, else '0'
const runLua = `
local function run(feed)
  local found
  if ARGV[2] == 'rank' then
    found = redis.call('ZREVRANGE', feed, ARGV[3], ARGV[3] + ARGV[4] - 1, 'WITHSCORES')
  else
    found = redis.call('ZREVRANGEBYSCORE', feed, ARGV[3], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4])
  end
  local whole = '0' -- asked only at the end of the feed
  if #found < 2 * tonumber(ARGV[4]) and redis.call('ZSCORE', feed, '0') then whole = '1' end
  return found, whole
end`

// readScript takes over what is new in the stream and returns a run of the feed.
//
//	KEYS feed, version of the followings, stream
//	ARGV as in openLua
//	returns 0 and nothing (missing), else 1 (unproven) or 2 (ready), the version,
//	1 where the run ends the feed and nothing older exists, then id, second, …
var readScript = redis.NewScript(openLua + runLua + `
local current = redis.call('GET', KEYS[2])
local version = open(KEYS[1], current, KEYS[3])
if not version then return {0} end
local found, whole = run(KEYS[1])
local answer = {current and 2 or 1, version, whole}
for i = 1, #found do answer[i + 3] = found[i] end
return answer`)

// shelfScript is readScript with the posts of the run, the reader's likes and
// the values of other keys, in one text: a reply of many parts costs its reader
// more than all the rest.
//
//	KEYS feed, version of the followings, stream, likes, then proof …
//	ARGV as in openLua, then the prefix of posts
//	returns the values of the proof, '0' (missing), '1' (unproven) or '2' (ready)
//	and, unless missing: version, whole, likes, how many, then id, second, post, …
//	where a value is its length and itself, and a length of all ones is none
var shelfScript = redis.NewScript(openLua + runLua + `
local out = {}
local function put(value)
  if value then
    out[#out + 1] = struct.pack('<I4', #value)
    out[#out + 1] = value
  else
    out[#out + 1] = '\255\255\255\255'
  end
end
for i = 5, #KEYS do put(redis.call('GET', KEYS[i])) end
local current = redis.call('GET', KEYS[2])
local version = open(KEYS[1], current, KEYS[3])
if not version then
  out[#out + 1] = '0'
  return table.concat(out)
end
local found, whole = run(KEYS[1])
out[#out + 1] = current and '2' or '1'
put(version)
out[#out + 1] = whole
put(redis.call('GET', KEYS[4]))
out[#out + 1] = struct.pack('<I4', #found / 2)
local keys = {}
for i = 1, #found, 2 do keys[#keys + 1] = ARGV[8] .. found[i] end
local posts = #keys > 0 and redis.call('MGET', unpack(keys)) or {}
for i = 1, #posts do
  out[#out + 1] = struct.pack('<dI4', tonumber(found[2 * i - 1]), tonumber(found[2 * i]))
  put(posts[i])
end
return table.concat(out)`)

// beginScript makes a feed that collects.
//
//	KEYS feed, stream
//	ARGV ticket, version, now, buildLife, authors …
var beginScript = redis.NewScript(lastLua + `
local feed, authors, state = KEYS[1], KEYS[1] .. ':authors', KEYS[1] .. ':state'
redis.call('DEL', feed, authors, state)
redis.call('ZADD', feed, 0, '0')
redis.call('SADD', authors, '0')
for i = 5, #ARGV, 1000 do redis.call('SADD', authors, unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('HSET', state, 'ticket', ARGV[1], 'version', ARGV[2], 'mark', last(KEYS[2]), 'touched', ARGV[3], 'ready', '0')
for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[4]) end
return redis.status_reply('OK')`)

// fillScript makes a feed ready, unless it is another's by now or lost in part.
//
//	KEYS feed
//	ARGV ticket, 1 where nothing older exists, feedLife, then second, id, …
//	returns 1 where it is ready
var fillScript = redis.NewScript(trimLua + `
local feed, authors, state = KEYS[1], KEYS[1] .. ':authors', KEYS[1] .. ':state'
if redis.call('HGET', state, 'ticket') ~= ARGV[1] then return 0 end
if redis.call('EXISTS', feed, authors) ~= 2 then return 0 end
if #ARGV > 3 then redis.call('ZADD', feed, unpack(ARGV, 4)) end
if ARGV[2] ~= '1' then redis.call('ZREM', feed, '0') end
trim(feed)
redis.call('HSET', state, 'ready', '1')
for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[3]) end
return 1`)

// pushScript adds a post to the feeds that are stored and have its author.
//
//	KEYS feeds
//	ARGV author, post, second
//	returns how many feeds took it
var pushScript = redis.NewScript(addLua + `
local taken = 0
for _, feed in ipairs(KEYS) do
  if redis.call('SISMEMBER', feed .. ':authors', ARGV[1]) == 1 then
    taken = taken + add(feed, ARGV[2], ARGV[3])
  end
end
return taken`)

// followScript forgets a feed whose authors are not what a follow says.
//
//	KEYS feed
//	ARGV the followed, 1 where it is followed now
var followScript = redis.NewScript(`
local authors = KEYS[1] .. ':authors'
if redis.call('EXISTS', authors) == 1 and redis.call('SISMEMBER', authors, ARGV[1]) ~= tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1] .. ':state')
end
return redis.status_reply('OK')`)
