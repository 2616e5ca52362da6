using System.Buffers;
using System.Threading.Channels;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Tests;

/// <summary>Parties joined pairwise in memory; a sender waits while one message is unread. Records and may spoil what passes.</summary>
public sealed class InMemoryNetwork
{
    private readonly Dictionary<(PartyId From, PartyId To, string Label), Channel<byte[]>> _lines = [];
    private readonly HashSet<(PartyId, PartyId)> _closed = [];
    private readonly Dictionary<PartyId, Dictionary<PartyId, IChannel>> _ends = [];
    private readonly Func<PassedMessage, byte[]?>? _spoil;
    private readonly List<PassedMessage> _passed = [];

    /// <param name="parties">The parties.</param>
    /// <param name="spoil">Gives the payload that arrives instead; null drops the message and the line with it.</param>
    public InMemoryNetwork(IReadOnlyList<PartyId> parties, Func<PassedMessage, byte[]?>? spoil = null)
    {
        _spoil = spoil;
        foreach (var self in parties)
            _ends[self] = parties.Where(p => p != self).ToDictionary(p => p, p => (IChannel)new End(this, self, p, ""));
    }

    /// <summary>Every message that was sent, in the order of sending, as it was before it was spoiled.</summary>
    public IReadOnlyList<PassedMessage> Passed
    {
        get
        {
            lock (_passed) return [.. _passed];
        }
    }

    public IReadOnlyDictionary<PartyId, IChannel> Of(PartyId party) => _ends[party];

    /// <summary>Runs all parties to their ends; one that fails closes its lines. Returns the failure of each that failed.</summary>
    public async Task<Dictionary<PartyId, Exception>> RunAsync(IReadOnlyDictionary<PartyId, Func<Task>> parts)
    {
        var failures = new Dictionary<PartyId, Exception>();
        await Task.WhenAll(parts.Select(part => Task.Run(async () =>
        {
            try
            {
                await part.Value();
            }
            catch (Exception failure)
            {
                lock (failures) failures[part.Key] = failure;
                foreach (var end in _ends[part.Key].Values) await end.DisposeAsync();
            }
        })));
        return failures;
    }

    private Channel<byte[]> Line(PartyId from, PartyId to, string label)
    {
        lock (_lines)
        {
            if (_lines.TryGetValue((from, to, label), out var line)) return line;
            line = _lines[(from, to, label)] = System.Threading.Channels.Channel.CreateBounded<byte[]>(1);
            if (_closed.Contains((from, to))) line.Writer.TryComplete();
            return line;
        }
    }

    /// <summary>Ends a fork, or with the first end of two parties all that was and will be forked from it.</summary>
    private void Close(PartyId from, PartyId to, string label)
    {
        lock (_lines)
        {
            if (label.Length == 0) _closed.Add((from, to));
            foreach (var (key, line) in _lines)
                if (key.From == from && key.To == to && (label.Length == 0 || key.Label == label)) line.Writer.TryComplete();
        }
    }

    /// <summary>A message on its way.</summary>
    /// <param name="Index">Its number on its line, from 0.</param>
    public sealed record PassedMessage(PartyId From, PartyId To, int Index, string Type, byte[] Payload);

    private sealed class End(InMemoryNetwork network, PartyId self, PartyId peer, string label) : IChannel
    {
        public PartyId Peer => peer;

        public ChannelUsage Usage { get; private set; }

        public async ValueTask SendAsync<T>(T message, CancellationToken cancellation)
            where T : IMessage<T>
        {
            var buffer = new ArrayBufferWriter<byte>();
            message.Encode(buffer);
            var passed = new PassedMessage(self, peer, (int)Usage.MessagesSent, typeof(T).Name, buffer.WrittenSpan.ToArray());
            lock (network._passed) network._passed.Add(passed);
            Usage = Usage with { MessagesSent = Usage.MessagesSent + 1, BytesSent = Usage.BytesSent + buffer.WrittenCount };
            var arriving = network._spoil is null ? passed.Payload : network._spoil(passed);
            if (arriving is null)
            {
                network.Close(self, peer, label);
                return;
            }

            try
            {
                await network.Line(self, peer, label).Writer.WriteAsync(arriving, cancellation);
            }
            catch (ChannelClosedException)
            {
                throw new ChannelException(ChannelException.Closed, peer, "The line is closed.");
            }
        }

        public async ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation)
            where T : IMessage<T>
        {
            byte[] payload;
            try
            {
                payload = await network.Line(peer, self, label).Reader.ReadAsync(cancellation);
            }
            catch (ChannelClosedException)
            {
                throw new ChannelException(ChannelException.Closed, peer, "The line is closed.", step);
            }

            Usage = Usage with { MessagesReceived = Usage.MessagesReceived + 1, BytesReceived = Usage.BytesReceived + payload.Length };
            try
            {
                return T.Decode(payload);
            }
            catch (MalformedException malformed)
            {
                throw new PeerFaultException(peer, step, malformed.Message);
            }
        }

        public IChannel Fork(string name) => new End(network, self, peer, $"{label}/{name}");

        public ValueTask DisposeAsync()
        {
            network.Close(self, peer, label);
            network.Close(peer, self, label);
            return ValueTask.CompletedTask;
        }
    }
}
