package feed

// entryLua packs entries as packEntry does and takes them apart. Ids are exact up
// to 2^53.
const entryLua = `
local function pack(second, id)
  local entry = struct.pack('>I4', id % 4294967296)
  local high = math.floor(id / 4294967296)
  while high > 0 do
    entry = string.char(high % 256) .. entry
    high = math.floor(high / 256)
  end
  return struct.pack('>I4', second) .. entry
end
local function unpacked(entry)
  local second, id = struct.unpack('>I4I4', entry)
  if #entry > 8 then
    id = 0
    for i = 5, #entry do id = id * 256 + string.byte(entry, i) end
  end
  return second, id
end
local bottom = pack(0, 0)`

// addLua adds an entry to a stored feed, once, where it belongs by second and id.
// An entry that comes so late that it is older than all of a feed which has lost
// its end is left out: between it and them others are missing. A feed that is
// not a list was stored by another release: it is built again.
//
//	add(feed, entry, second, id) returns 1, or 0 where the feed did not take it
const addLua = entryLua + `
local longest, spare, near = 800, 32, 32
local function cut(feed, n)
  if n > longest + spare then redis.call('LTRIM', feed, -longest, -1) end
end

-- how many of list lie below second and id; nil where they are among them
local function below(list, second, id)
  for n = #list, 1, -1 do
    local s, i = unpacked(list[n])
    if s == second and i == id then return nil end
    if s < second or (s == second and i < id) then return n end
  end
  return 0
end

local function insert(feed, entry, second, id)
  local n = redis.call('LLEN', feed)
  local list = redis.call('LRANGE', feed, -near, -1)
  local place = below(list, second, id)
  if place == 0 and n > near then
    list = redis.call('LRANGE', feed, 0, -1)
    place = below(list, second, id)
  end
  if not place then return 1 end
  if place == 0 then return 0 end
  redis.call('LTRIM', feed, 0, n - #list + place - 1)
  cut(feed, redis.call('RPUSH', feed, entry, unpack(list, place + 1)))
  return 1
end

local function add(feed, entry, second, id)
  local newest = redis.pcall('LINDEX', feed, -1)
  if not newest then return 0 end
  if newest.err then
    redis.call('DEL', feed .. ':state')
    return 0
  end
  local s, i = unpacked(newest)
  if s > second or (s == second and i >= id) then return insert(feed, entry, second, id) end
  cut(feed, redis.call('RPUSH', feed, entry))
  return 1
end`
