using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sidecar.Components;

namespace Sidecar.Actors;

/// <summary>
/// Which sidecars of a run host which actor types. An actor lives at one host at a time: of the available hosts of its type the one with the
/// highest hash of host and actor, so that few actors move when a host comes or goes. Invariant: of all hosts one has an actor's claim, and
/// gets it when the actor has left the host that had it before.
/// </summary>
internal sealed class ActorDirectory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<ActorHost>> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Id), ActorHost> _homes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The directory of a run.</summary>
    public static ActorDirectory Of(RunScope run) => run.GetOrAdd("actors", () => new ActorDirectory());

    /// <summary>Completes at the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Adds a host of its types; actors that are its own from now on leave the other hosts.</summary>
    public Task AddAsync(ActorHost host)
    {
        List<ActorHost> others = [];
        lock (_gate)
        {
            foreach (var type in host.Types)
            {
                if (!_hosts.TryGetValue(type, out var hosts))
                {
                    _hosts[type] = hosts = [];
                }

                others.AddRange(hosts);
                hosts.Add(host);
            }

            Change();
        }

        return Task.WhenAll(others.Distinct().Select(other => other.LeaveMovedAsync()));
    }

    /// <summary>Removes a host.</summary>
    public void Remove(ActorHost host)
    {
        lock (_gate)
        {
            foreach (var hosts in _hosts.Values)
            {
                hosts.Remove(host);
            }

            Change();
        }
    }

    /// <summary>Where an actor lives; null when no host of its type is available.</summary>
    public ActorHost? Find(string type, string id)
    {
        lock (_gate)
        {
            if (!_hosts.TryGetValue(type, out var hosts))
            {
                return null;
            }

            if (hosts is [var only])
            {
                return only.IsAvailable ? only : null;
            }

            return hosts.Where(host => host.IsAvailable).MaxBy(host => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{host.Identity:N}{type}||{id}"))));
        }
    }

    /// <summary>Makes a host the only one where an actor lives; completes when the actor has left the host before.</summary>
    public Task ClaimAsync(string type, string id, ActorHost host)
    {
        ActorHost? before;
        lock (_gate)
        {
            _homes.TryGetValue((type, id), out before);
            _homes[(type, id)] = host;
        }

        return before is null || before == host ? Task.CompletedTask : before.LeaveAsync(type, id);
    }

    /// <summary>An actor has left a host.</summary>
    public void Release(string type, string id, ActorHost host)
    {
        lock (_gate)
        {
            if (_homes.GetValueOrDefault((type, id)) == host)
            {
                _homes.Remove((type, id));
            }
        }
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
