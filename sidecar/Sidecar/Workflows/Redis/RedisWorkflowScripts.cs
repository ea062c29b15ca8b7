using Sidecar.Redis;

namespace Sidecar.Workflows.Redis;

/// <summary>
/// The scripts of the store. Keys of an app begin with one prefix: <c>owner</c> (epoch), <c>ids</c>, <c>work</c>, <c>timers</c>, <c>ended||status</c> (sorted
/// sets), and for an instance <c>i</c> (its head), <c>h</c> with the generation (history), <c>x</c> (inbox), <c>t</c> (activities), <c>m</c> (timers). A row of
/// another generation than the instance's is of a commit that is repeated, and is left out.
/// </summary>
internal static class RedisWorkflowScripts
{
    // Keys: the owner; arguments: prefix, epoch, then operations: a letter, the instance, and what the letter needs.
    public static readonly RedisScript Commit = new("""
        if redis.call('GET', KEYS[1]) ~= ARGV[2] then return redis.error_reply('FENCED another owner') end
        local p = ARGV[1]
        local touched = {}
        local function generation(id) return tonumber(redis.call('HGET', p .. 'i||' .. id, 'g') or '-1') end
        local function fits(id, g) local present = generation(id); return present < 0 or present == tonumber(g) end
        local function closeTimer(id, field)
          local member = redis.call('HGET', p .. 'm||' .. id, field)
          if member then
            redis.call('ZREM', p .. 'timers', member)
            redis.call('HDEL', p .. 'm||' .. id, field)
          end
        end
        local function close(id, upTo)
          for _, field in ipairs(redis.call('HKEYS', p .. 'm||' .. id)) do
            if tonumber(string.match(field, '^%d+')) <= upTo then closeTimer(id, field) end
          end
          for _, field in ipairs(redis.call('HKEYS', p .. 't||' .. id)) do
            if tonumber(string.match(field, '^%d+')) <= upTo then redis.call('HDEL', p .. 't||' .. id, field) end
          end
        end
        local function head(id, status, completed, row)
          local key = p .. 'i||' .. id
          local old = redis.call('HGET', key, 's')
          if old then redis.call('ZREM', p .. 'ended||' .. old, id) end
          redis.call('HSET', key, 's', status, 'r', row)
          if completed ~= '' then redis.call('ZADD', p .. 'ended||' .. status, completed, id) end
        end
        local take = {}
        take.C = function(id, g, status, completed, row, start)
          local old = generation(id)
          if old > tonumber(g) then return end
          if old >= 0 and old < tonumber(g) then
            redis.call('DEL', p .. 'h||' .. id .. '||' .. string.format('%.0f', old))
            close(id, tonumber(g) - 1)
          end
          redis.call('HSET', p .. 'i||' .. id, 'g', g, 'b', start)
          redis.call('ZADD', p .. 'ids', 0, id)
          head(id, status, completed, row)
        end
        take.U = function(id, g, status, completed, row)
          if generation(id) == tonumber(g) then head(id, status, completed, row) end
        end
        take.H = function(id, g, sequence, event)
          if fits(id, g) then redis.call('HSETNX', p .. 'h||' .. id .. '||' .. g, sequence, event) end
        end
        take.I = function(id, key, event) redis.call('HSETNX', p .. 'x||' .. id, key, event) end
        take.T = function(id, g, task, event)
          if fits(id, g) then redis.call('HSETNX', p .. 't||' .. id, g .. ':' .. task, event) end
        end
        take.M = function(id, g, timer, due, member)
          if not fits(id, g) then return end
          redis.call('HSET', p .. 'm||' .. id, g .. ':' .. timer, member)
          redis.call('ZADD', p .. 'timers', due, member)
        end
        take.i = function(id, key) redis.call('HDEL', p .. 'x||' .. id, key) end
        take.t = function(id, g, task) redis.call('HDEL', p .. 't||' .. id, g .. ':' .. task) end
        take.m = function(id, g, timer) closeTimer(id, g .. ':' .. timer) end
        take.E = function(id, upTo) close(id, tonumber(upTo)) end
        take.P = function(id, upTo)
          local g, limit = generation(id), tonumber(upTo)
          close(id, limit)
          for _, key in ipairs(redis.call('HKEYS', p .. 'x||' .. id)) do
            if tonumber(key) <= limit then redis.call('HDEL', p .. 'x||' .. id, key) end
          end
          if g >= 0 and g <= limit then
            redis.call('ZREM', p .. 'ended||' .. redis.call('HGET', p .. 'i||' .. id, 's'), id)
            redis.call('DEL', p .. 'h||' .. id .. '||' .. string.format('%.0f', g), p .. 'i||' .. id)
            redis.call('ZREM', p .. 'ids', id)
          end
        end
        local counts = { C = 6, U = 5, H = 4, I = 3, T = 4, M = 5, i = 2, t = 3, m = 3, E = 2, P = 2 }
        local at = 3
        while at <= #ARGV do
          local letter = ARGV[at]
          local a = {}
          for n = 1, counts[letter] do a[n] = ARGV[at + n] end
          take[letter](a[1], a[2], a[3], a[4], a[5], a[6])
          touched[a[1]] = true
          at = at + counts[letter] + 1
        end
        for id in pairs(touched) do
          local status = redis.call('HGET', p .. 'i||' .. id, 's')
          local starts = (status == '2' or status == '6') and redis.call('HLEN', p .. 'm||' .. id) == 0
          if starts or redis.call('HLEN', p .. 'x||' .. id) > 0 or redis.call('HLEN', p .. 't||' .. id) > 0 then
            redis.call('ZADD', p .. 'work', 0, id)
          else
            redis.call('ZREM', p .. 'work', id)
          end
        end
        return 1
        """);

    // Keys: none; arguments: prefix, ids. For each: head, start, history, inbox, activities.
    public static readonly RedisScript Load = new("""
        local p = ARGV[1]
        local all = {}
        for n = 2, #ARGV do
          local id = ARGV[n]
          local found = redis.call('HMGET', p .. 'i||' .. id, 'g', 'r', 'b')
          local history = {}
          if found[1] then history = redis.call('HGETALL', p .. 'h||' .. id .. '||' .. found[1]) end
          all[#all + 1] = { found[2], found[3], history, redis.call('HGETALL', p .. 'x||' .. id), redis.call('HGETALL', p .. 't||' .. id) }
        end
        return all
        """);
}
