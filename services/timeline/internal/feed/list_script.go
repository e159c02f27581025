package feed

// entryLua packs entries as packEntry does and takes them apart. Ids are exact up
// to 2^53. The fence is greater than every entry of a post.
const entryLua = `
local call, take = redis.call, struct.unpack -- a local is found sooner than a global
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
  local second, id = take('>I4I4', entry)
  if #entry > 8 then
    id = 0
    for i = 5, #entry do id = id * 256 + string.byte(entry, i) end
  end
  return second, id
end
local bottom, fence = pack(0, 0), pack(4294967295, 0)
local longest, spare = 800, 32`

// settleLua puts what was pushed into a feed where it belongs by second and id,
// each post once. A post that comes so late that it is older than all of a feed
// which has lost its end is left out: between it and them others are missing. A
// list without a fence was stored by another release, and one with nothing before
// it does not tell what is missing: both are thrown away.
//
//	settle(feed, look) returns nil where no feed is left; look is about how many
//	entries are behind the fence
const settleLua = entryLua + `
-- the end of the feed from the last entry before the fence on, and the fence's
-- place in it; nil where there is none, or no fence
local function ending(feed, look)
  while true do
    local list = call('LRANGE', feed, -look, -1)
    for n = #list, 1, -1 do
      if list[n] == fence and n > 1 then return list, n end
    end
    if #list < look then return nil end
    look = look * 8
  end
end

-- whether what lies behind the fence goes on where the rest ends
local function ordered(list, place)
  local second, id = unpacked(list[place - 1])
  for n = place + 1, #list do
    local s, i = unpacked(list[n])
    if s < second or (s == second and i <= id) then return false end
    second, id = s, i
  end
  return true
end

-- what lies behind the fence, in order, each once: seconds, ids, entries. Few are
-- out of order, and those not far.
local function sorted(list, place)
  local seconds, ids, entries = {}, {}, {}
  for n = place + 1, #list do
    local s, i = unpacked(list[n])
    local k, m = #entries, #entries
    while k > 0 and (seconds[k] > s or (seconds[k] == s and ids[k] > i)) do k = k - 1 end
    if k == 0 or entries[k] ~= list[n] then
      for j = m, k + 1, -1 do seconds[j + 1], ids[j + 1], entries[j + 1] = seconds[j], ids[j], entries[j] end
      seconds[k + 1], ids[k + 1], entries[k + 1] = s, i, list[n]
    end
  end
  return seconds, ids, entries
end

-- whether an entry is older than a second and id
local function isOlder(entry, second, id)
  local s, i = unpacked(entry)
  return s < second or (s == second and i < id)
end

-- the newest of what is in order, from one below the second and id on, or all. What
-- stands before the fence in list often does.
local function before(feed, n, list, place, second, id)
  if isOlder(list[1], second, id) then
    return {unpack(list, 1, place - 1)}
  end
  local behind, look = #list - place + 1, 8 * place
  while true do
    local old = call('LRANGE', feed, -(behind + look), -(behind + 1))
    if #old == n or isOlder(old[1], second, id) then return old end
    look = look * 8
  end
end

-- what lies behind the fence goes among the rest, and the fence behind it; returns
-- how long the list is then
local function merge(feed, list, place)
  local seconds, ids, entries = sorted(list, place)
  local behind = #list - place + 1
  local n = call('LLEN', feed) - behind
  if not isOlder(list[place - 1], seconds[1], ids[1]) then
    local old = before(feed, n, list, place, seconds[1], ids[1])
    local out, a, b = {}, #old, #entries
    local s, i = unpacked(old[a])
    while b > 0 do
      if s < seconds[b] or (s == seconds[b] and i < ids[b]) then
        out[#out + 1], b = entries[b], b - 1
      elseif s == seconds[b] and i == ids[b] then
        b = b - 1
      elseif a == 1 then
        break
      else
        out[#out + 1], a = old[a], a - 1
        s, i = unpacked(old[a])
      end
    end
    n, entries = n - #old + a, {}
    for k = #out, 1, -1 do entries[#entries + 1] = out[k] end
  end
  call('LTRIM', feed, 0, n - 1)
  entries[#entries + 1] = fence
  return call('RPUSH', feed, unpack(entries))
end

local function settle(feed, look)
  local list, place = ending(feed, look)
  if not list then
    call('DEL', feed)
    return nil
  end
  if place < #list then
    local n
    if ordered(list, place) then
      call('LREM', feed, -1, fence)
      n = call('RPUSH', feed, fence)
    else
      n = merge(feed, list, place)
    end
    if n > longest + spare then call('LTRIM', feed, -longest - 1, -1) end
  end
  return true
end`
