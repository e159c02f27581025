package feed

import "github.com/redis/go-redis/v9"

// lastLua is the newest id in the stream, 0-0 where there is none.
const lastLua = `
local function last(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1] or '0-0'
end`

// openLua takes over what is new in the stream and prolongs the feed's life.
//
//	ARGV now, how (rank or until), from where, how many, catchUp, touchEvery, feedLife, listForm
//	open(feed, current, stream) returns the feed's version, nil where it is missing
const openLua = settleLua + lastLua + `
local function open(feed, current, stream)
  local authors, state = feed .. ':authors', feed .. ':state'
  local at = redis.call('HMGET', state, 'version', 'ready', 'mark', 'touched', 'form', 'begun')
  local version, mark = at[1], at[3]
  if at[2] ~= '1' or at[5] ~= ARGV[8] or not at[6] then return nil end
  if current and current ~= version then return nil end
  local top = redis.call('LRANGE', feed, -2, -1)
  if #top < 2 or redis.call('EXISTS', authors) == 0 then return nil end

  local settled, newest = top[2] == fence, last(stream)
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
        redis.call('RPUSH', feed, pack(tonumber(field[6]), tonumber(field[4])))
        settled = false
      end
    end
    redis.call('HSET', state, 'mark', newest)
  end
  if not settled and not settle(feed, 8) then return nil end

  if tonumber(ARGV[1]) - tonumber(at[4]) > tonumber(ARGV[6]) then
    redis.call('HSET', state, 'touched', ARGV[1])
    for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[7]) end
  end
  return version
end`

// runLua reads a run of a feed in order. Where it begins at a second, that is looked for by
// halves; and where the feed ends before the run does, it is read from what was
// kept of the older posts, if that begins early enough.
//
//	run(feed) returns entries, the newest last, and '1' where they end the feed and
//	nothing older exists, else '0'
const runLua = `
local function runOf(list, most)
  local n, count = redis.call('LLEN', list) - 1, tonumber(ARGV[4]) -- without the fence
  local lowest, stop = math.max(n - most, 0), n
  if ARGV[2] == 'rank' then
    stop = n - tonumber(ARGV[3])
  else
    local from, second = lowest, tonumber(ARGV[3])
    while from < stop do
      local middle = math.floor((from + stop) / 2)
      if unpacked(redis.call('LINDEX', list, middle)) <= second then from = middle + 1 else stop = middle end
    end
  end
  local start = math.max(stop - count, lowest)
  local found = stop > start and redis.call('LRANGE', list, start, stop - 1) or {}
  local whole = '0' -- asked only at the end of the feed
  if #found < count and lowest == 0 and redis.call('LINDEX', list, 0) == bottom then whole = '1' end
  return found, whole
end

local function run(feed)
  local found, whole = runOf(feed, longest)
  if whole == '1' or #found == tonumber(ARGV[4]) or ARGV[2] ~= 'until' then return found, whole end
  local top = redis.call('HGET', feed .. ':state', 'older')
  if not top or tonumber(top) < tonumber(ARGV[3]) then return found, whole end
  local below, end_ = runOf(feed .. ':older', math.huge)
  if #below == 0 then return found, whole end
  return below, end_
end`

// readScript takes over what is new in the stream and returns a run of the feed.
//
//	KEYS feed, version of the followings, stream
//	ARGV as in openLua
//	returns 0 and nothing (missing), else 1 (unproven) or 2 (ready), the version,
//	1 where the run ends the feed and nothing older exists, then its entries
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
//	ARGV as in openLua, then the prefix of posts, and how many posts a page needs
//	returns the values of the proof, '0' (missing), '1' (unproven) or '2' (ready)
//	and, unless missing: version, whole, likes, how many entries, how many of them
//	come alone, then those, and entry, post, …
//	where a value is its length and itself, and a length of all ones is none
var shelfScript = redis.NewScript(openLua + runLua + `
-- how many of the oldest entries only tell where a second ends: the page needs
-- those of the second of the cursor, so many more, and the rest of their last second
local function others(found)
  local i = #found
  if ARGV[2] == 'until' then
    while i > 0 and unpacked(found[i]) == tonumber(ARGV[3]) do i = i - 1 end
  end
  i = i - tonumber(ARGV[10])
  if i <= 0 then return 0 end
  local last = unpacked(found[i + 1])
  while i > 0 and unpacked(found[i]) == last do i = i - 1 end
  return i
end
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
out[#out + 1] = struct.pack('<I4', #found)
local alone = others(found)
out[#out + 1] = struct.pack('<I4', alone)
local keys = {}
for i = alone + 1, #found do
  local _, id = unpacked(found[i])
  keys[i - alone] = ARGV[9] .. string.format('%.0f', id)
end
local posts = #keys > 0 and redis.call('MGET', unpack(keys)) or {}
for i = 1, #found do
  put(found[i])
  if i > alone then put(posts[i - alone]) end
end
return table.concat(out)`)

// beginScript makes a feed that collects, and writes down that it did.
//
//	KEYS feed, stream, stream of feeds begun
//	ARGV ticket, version, now, buildLife, listForm, now in milliseconds, member,
//	begunLength, streamLife, authors …
var beginScript = redis.NewScript(entryLua + lastLua + `
local feed, authors, state = KEYS[1], KEYS[1] .. ':authors', KEYS[1] .. ':state'
redis.call('DEL', feed, authors, state, feed .. ':older')
redis.call('RPUSH', feed, bottom, fence)
redis.call('SADD', authors, '0')
for i = 10, #ARGV, 1000 do redis.call('SADD', authors, unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('HSET', state, 'ticket', ARGV[1], 'version', ARGV[2], 'mark', last(KEYS[2]), 'touched', ARGV[3], 'ready', '0', 'form', ARGV[5], 'begun', ARGV[6])
for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[4]) end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[8], '*', 't', ARGV[1], 'm', ARGV[7])
redis.call('EXPIRE', KEYS[3], ARGV[9])
return redis.status_reply('OK')`)

// fillScript makes a feed ready, unless it is another's by now or lost in part.
// What it has collected goes where it belongs among the entries of the database.
//
//	KEYS feed
//	ARGV ticket, feedLife, then entries, the newest last, and the fence; the first is
//	the bottom where nothing older exists
//	returns 1 where it is ready
var fillScript = redis.NewScript(settleLua + `
local feed, authors, state = KEYS[1], KEYS[1] .. ':authors', KEYS[1] .. ':state'
if redis.call('HGET', state, 'ticket') ~= ARGV[1] then return 0 end
if redis.call('EXISTS', feed, authors) ~= 2 then return 0 end
local collected = redis.call('LRANGE', feed, 1, -1)
redis.call('DEL', feed)
redis.call('RPUSH', feed, unpack(ARGV, 3))
local missed = {}
for i = 1, #collected do
  if collected[i] ~= fence then missed[#missed + 1] = collected[i] end
end
if #missed > 0 then
  redis.call('RPUSH', feed, unpack(missed))
  settle(feed, #missed + 2)
end
redis.call('HSET', state, 'ready', '1')
for _, key in ipairs({feed, authors, state}) do redis.call('EXPIRE', key, ARGV[2]) end
return 1`)

// pushScript adds a post to feeds. Whose feed was begun since the moment may have
// been built without the author, so there the authors are looked at. The post is put
// in order by who reads the feed next, or with 31 others; which of them that is
// differs from feed to feed, so that no script has to do it for all of its own.
//
//	KEYS stream of feeds begun, feeds …
//	ARGV author, entry, moment, begunMost, streamLife, ticket
//	returns how many feeds it was added to, and the moment
var pushScript = redis.NewScript(settleLua + begunLua + `
local feeds, stream, author, entry, taken = KEYS, KEYS[1], ARGV[1], ARGV[2], 0
local try, byte, type = redis.pcall, string.byte, type
local young = begun(stream, ARGV[3], tonumber(ARGV[4]))
for n = 2, #feeds do
  local feed = feeds[n]
  if (young and not young[feed]) or call('SISMEMBER', feed .. ':authors', author) == 1 then
    local length = try('RPUSHX', feed, entry)
    if length ~= 0 and type(length) == 'number' then
      taken = taken + 1
      if (length + 3 * byte(feed, -1)) % 32 == 0 then settle(feed, 40) end
    elseif length ~= 0 then -- it is no list
      call('DEL', feed)
    end
  end
end
if not young and redis.call('EXISTS', stream) == 0 then -- the next push has a moment
  redis.call('XADD', stream, '*', 't', ARGV[6], 'm', '0')
  redis.call('EXPIRE', stream, ARGV[5])
end
return {taken, newest(stream)}`)

// olderScript keeps what is older than a feed, unless that is another one by now.
//
//	KEYS feed
//	ARGV version, the second from which on older posts are all there, olderLife,
//	then entries and the fence as for fillScript
var olderScript = redis.NewScript(`
local state, older = KEYS[1] .. ':state', KEYS[1] .. ':older'
local at = redis.call('HMGET', state, 'version', 'ready')
if at[1] ~= ARGV[1] or at[2] ~= '1' then return 0 end
redis.call('DEL', older)
for i = 4, #ARGV, 1000 do redis.call('RPUSH', older, unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('EXPIRE', older, ARGV[3])
redis.call('HSET', state, 'older', ARGV[2])
return 1`)

// followScript forgets a feed whose authors are not what a follow says. One that
// lacks whom its reader no longer follows is right, unless it was begun before the
// end of that follow: then it has seen neither, and may have been pushed to between.
//
//	KEYS feed
//	ARGV the followed, 1 where it is followed now, since when in milliseconds
var followScript = redis.NewScript(`
local authors, state = KEYS[1] .. ':authors', KEYS[1] .. ':state'
if redis.call('EXISTS', authors) == 0 then return redis.status_reply('OK') end
local has, wanted = redis.call('SISMEMBER', authors, ARGV[1]), tonumber(ARGV[2])
local unseen = wanted == 0 and tonumber(redis.call('HGET', state, 'begun') or 0) < tonumber(ARGV[3])
if has ~= wanted or unseen then redis.call('DEL', state) end
return redis.status_reply('OK')`)
