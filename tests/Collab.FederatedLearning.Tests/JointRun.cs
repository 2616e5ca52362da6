using System.Reflection;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Tests;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests;

/// <summary>How engines of two or three parties are run in one process: with a dealer or not, with what breaks, and what is noted.</summary>
internal sealed record JointRun(int Parties)
{
    private static readonly PartyId Dealing = PartyId.Parse("dealer");

    public bool Dealt { get; init; }

    public SecurityModel Security { get; init; } = SecurityModel.SemiHonest;

    public ChannelFault? Fault { get; init; }

    /// <summary>Where every message goes besides, in hexadecimal.</summary>
    public List<string>? Messages { get; init; }

    /// <summary>Where the names of the engine's operations go, in order, at the first party.</summary>
    public List<string>? Operations { get; init; }

    /// <summary>Runs a program on each party's engine.</summary>
    public async Task<T[]> RunAsync<T>(Func<IVectorEngine, Task<T>> program)
    {
        var parties = Testing.Parties.Named(Parties);
        var recorded = new List<Dictionary<string, List<string>>>();
        var runs = await Testing.Parties.RunAsync(Dealt ? [.. parties, Dealing] : parties, async (self, channels) =>
        {
            var party = Array.IndexOf(parties, self);
            if (party < 0)
            {
                await Dealer.ServeAsync(channels[parties[0]], channels[parties[1]], RandomSource.Seeded(9));
                return default;
            }

            await using var joint = await JointEngine.OpenAsync(
                parties, self, Dealt ? Dealing : null, Messages is null ? channels : channels.ToDictionary(channel => channel.Key, channel => Recorded(channel.Value)),
                RandomSource.Seeded(party), Security, Digest.Of("collab.test.joint", []), cancellation: TestContext.Current.CancellationToken);
            var result = await program(Operations is null || party > 0 ? joint.Engine : WatchedEngine.Of(joint.Engine, Operations));
            await joint.EndAsync(TestContext.Current.CancellationToken);
            return result;
        }, fault: Fault);
        Messages?.AddRange(recorded.SelectMany(sent => sent.Values).SelectMany(messages => messages));
        return [.. parties.Select(party => runs[party].Result!)];

        IChannel Recorded(IChannel channel)
        {
            var sent = new Dictionary<string, List<string>>();
            lock (recorded) recorded.Add(sent);
            return new RecordingChannel(channel, "", sent);
        }
    }

    /// <summary>That no word of any message is small, as all that models compute with is, and that bits are even.</summary>
    public static void AssertRandom(IEnumerable<string> messages)
    {
        var words = messages.SelectMany(message => Convert.FromHexString(message).Chunk(sizeof(ulong))).Where(word => word.Length == sizeof(ulong)).Select(word => BitConverter.ToUInt64(word)).ToArray();
        Assert.InRange(words.Length, 10_000, 1_000_000);
        Assert.DoesNotContain(words, word => word < 1UL << 32 || word > ulong.MaxValue - (1UL << 32));   // of random words one in 2^31; seeds are fixed
        Assert.InRange(words.Average(word => (double)ulong.PopCount(word)), 31.9, 32.1);
    }

    /// <summary>An engine that notes what is asked of it.</summary>
    public class WatchedEngine : DispatchProxy
    {
        private IVectorEngine? _engine;
        private List<string>? _called;

        public static IVectorEngine Of(IVectorEngine engine, List<string> called)
        {
            var proxy = Create<IVectorEngine, WatchedEngine>();
            ((WatchedEngine)(object)proxy)._engine = engine;
            ((WatchedEngine)(object)proxy)._called = called;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _called!.Add(targetMethod!.Name);
            return targetMethod.Invoke(_engine, args);
        }
    }
}
