using System.Text;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Ecdh;
using Collab.Psi.Incremental;
using Collab.Psi.MultiParty;
using Collab.Psi.Mutual;
using Collab.Psi.Oprf;
using Collab.Psi.Tests.Circuit;
using Collab.Psi.Tests.Incremental;
using Collab.Psi.Tests.Vole;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>
/// Every variant against a party that deviates in one message, in every way of <see cref="DeviationKind"/> and, in messages of up to 64 bytes, in each byte: so it
/// lies about its size, the context and the form of the run. Most variants promise nothing about the result then; all promise to end, and with a coded
/// fault if with any. Vector OLE and transfers are dealt; those of the product have tables of their own.
/// </summary>
public class DeviationTests
{
    private const int LargestShort = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Digest Context = Digest.Of("collab.test.deviations", []);
    private static readonly ReadOnlyMemory<byte>[] There = Items(0, 20), Here = Items(12, 15);
    private static readonly EcdhPsiOptions Blinded = new(Context) { MaximumPeerItems = 1000 };
    private static readonly VolePsiOptions Vole = new(Context) { MaximumPeerItems = 1000, BothLearn = true };

    [Theory, InlineData(false), InlineData(true)]
    public Task Ecdh(bool byReceiver) => TableAsync(byReceiver, true, () => new(
        channel => EcdhPsi.SendAsync(channel, There, RandomSource.System, Blinded), channel => EcdhPsi.ReceiveAsync(channel, Here, RandomSource.System, Blinded)));

    [Theory, InlineData(false), InlineData(true)]
    public Task Cardinality(bool byReceiver) => TableAsync(byReceiver, true, () => new(
        channel => EcdhCardinality.SendAsync(channel, There, RandomSource.System, Blinded),
        channel => EcdhCardinality.ReceiveAsync(channel, Here, RandomSource.System, Blinded)));

    [Fact]
    public Task Mutual_output() => TableAsync(true, true, () => new(
        channel => MutualOutput.HearAsync(channel, Context, There), channel => MutualOutput.TellAsync(channel, Context, Here, [0, 3, 5])));

    [Theory]
    [InlineData(false, SecurityModel.SemiHonest), InlineData(true, SecurityModel.SemiHonest), InlineData(false, SecurityModel.Malicious), InlineData(true, SecurityModel.Malicious)]
    public Task Rr22(bool byReceiver, SecurityModel security) => TableAsync(byReceiver, true, () =>
    {
        var (options, ole) = (Vole with { Security = security }, new SeededOle());
        return new(
            channel => VolePsi.SendDigestsAsync(channel, SetPair.Digests(Context, There), RandomSource.System, options, ole, default),
            channel => VolePsi.ReceiveDigestsAsync(channel, SetPair.Digests(Context, Here), RandomSource.System, options, ole, default));
    });

    [Theory, InlineData(false), InlineData(true)]
    public Task Labelled(bool byReceiver) => TableAsync(byReceiver, true, () =>
    {
        var ole = new SeededOle();
        return new(
            channel => LabelledPsi.SendAsync(channel, There, new byte[40 * There.Length], 40, RandomSource.System, Vole, ole, default),
            channel => LabelledPsi.ReceiveAsync(channel, Here, 40, RandomSource.System, Vole, ole, default));
    });

    [Theory, InlineData(false), InlineData(true)]
    public async Task Streamed(bool byReceiver)
    {
        var root = Directory.CreateTempSubdirectory("collab-psi-").FullName;
        try
        {
            var run = 0;
            await TableAsync(byReceiver, false, () =>
            {
                var (ole, number) = (new SeededOle(), ++run);
                return new(channel => StreamAsync(true, channel, There, number), channel => StreamAsync(false, channel, Here, number));

                async Task StreamAsync(bool isSender, IChannel channel, ReadOnlyMemory<byte>[] items, int of)
                {
                    using var folder = SpillFolder.Create(Path.Combine(root, $"{of}-{isSender}"), Context);
                    folder.Add(new ItemBatch(SetPair.Digests(Context, items), items.Select((_, i) => (long)i).ToArray()));
                    folder.Complete();
                    var options = new StreamedPsiOptions(Context) { BucketItems = 32, BothLearn = true, MaximumPeerItems = 1000 };
                    await StreamedVolePsi.RunAsync(isSender, channel, folder, RandomSource.System, options, ole, (_, _) => default, default);
                }
            });
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public Task Circuit(bool byReceiver) => TableAsync(byReceiver, true, () =>
    {
        var options = new CircuitPsiOptions(Context, new CircuitPlan { Values = CircuitValues.OfSender, Squares = true, Output = CircuitOutput.Both }) { MaximumPeerItems = 1000 };
        var ole = new SeededOle();
        return new(
            channel => CircuitTotals.SendAsync(
                channel, There, new long[There.Length], RandomSource.System, options, ole, new DealtTransfers(BooleanParty.First), default),
            channel => CircuitTotals.ReceiveAsync(channel, Here, default, RandomSource.System, options, ole, new DealtTransfers(BooleanParty.Second), default));
    });

    [Theory, InlineData(false), InlineData(true)]
    public Task Incremental(bool byReceiver) => TableAsync(byReceiver, false, () =>
    {
        var pair = new IncrementalPair();
        var options = IncrementalPair.Named(1) with { MaximumPeerChanges = 1000 };
        return new(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, There, [], RandomSource.System, options),
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, IncrementalPair.Rows(Enumerable.Range(0, 15)), [], options),
            pair);
    });

    [Theory, InlineData(false), InlineData(true)]
    public async Task Record_check(bool byReceiver)
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.System);
        var list = TokenList.Create(key, There);
        await TableAsync(byReceiver, false, () => new(
            async channel =>
            {
                await RecordCheck.SendListAsync(channel, list);
                await RecordCheck.AnswerAsync(channel, key, list, 3, RandomSource.System);
            },
            async channel => await RecordCheck.CheckAsync(
                channel, await RecordCheck.ReceiveListAsync(channel, OprfMode.Voprf, 1000), Here[..3], RandomSource.System)));
    }

    /// <summary>Three parties, of which the leader or another deviates towards the second or the leader.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Multi_party(bool byFollower)
    {
        var parties = Parties.Named(3);
        var options = new MultiPartyPsiOptions(Context, parties, parties[0]) { AllLearn = true, MaximumPeerItems = 1000 };
        Task PlayAsync(Deviation? deviation, List<MessageName> sent)
        {
            var ole = new SeededOle();
            return Parties.RunAsync(parties, async (self, channels) =>
            {
                var ways = channels.ToDictionary(way => way.Key, way => self == parties[byFollower ? 1 : 0] && way.Key == parties[byFollower ? 0 : 1]
                    ? new DeviatingChannel(way.Value, "", deviation, sent) : way.Value);
                return self == parties[0]
                    ? await MultiPartyPsi.LeadAsync(ways, There, RandomSource.System, options, ole, default)
                    : await MultiPartyPsi.FollowAsync(self, ways, self == parties[1] ? Here : Items(5, 30), RandomSource.System, options, ole, default);
            });
        }

        List<MessageName> names = [];
        await PlayAsync(null, names);
        foreach (var deviation in names.SelectMany(name => Deviation.Kinds.Select(kind => new Deviation(name, kind))))
        {
            var failure = await Record.ExceptionAsync(() => PlayAsync(deviation, []).WaitAsync(Patience));
            Assert.True(failure is null or ProtocolException { Party: not null, Step: not null }, $"{deviation}: {failure}");
        }
    }

    private static async Task TableAsync(bool byReceiver, bool everyByte, Func<Play> play)
    {
        List<MessageName> names = [];
        List<Deviation> table = [];
        using (var honest = play())
        {
            await TwoParty.RunAsync(
                channel => honest.Sender(byReceiver ? channel : new DeviatingChannel(channel, "", null, names)),
                channel => honest.Receiver(byReceiver ? new DeviatingChannel(channel, "", null, names) : channel));
        }

        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            table.AddRange(Deviation.Kinds.Select(kind => new Deviation(name, kind)));
            if (everyByte && name.Size <= LargestShort) table.AddRange(Enumerable.Range(0, name.Size).Select(place => new Deviation(name, DeviationKind.FlipAt) { Place = place }));
        }

        foreach (var deviation in table)
        {
            using var run = play();
            var failures = await TwoParty.FailAsync(
                channel => run.Sender(byReceiver ? channel : new DeviatingChannel(channel, "", deviation, [])),
                channel => run.Receiver(byReceiver ? new DeviatingChannel(channel, "", deviation, []) : channel)).WaitAsync(Patience);
            foreach (var failure in new[] { failures.Sender, failures.Receiver })
                Assert.True(failure is null or CollabException, $"{deviation}: {failure}");
            if ((byReceiver ? failures.Sender : failures.Receiver) is ProtocolException seen) Assert.True(seen is { Party: not null, Step: not null }, $"{deviation}: {seen}");
        }
    }

    private static ReadOnlyMemory<byte>[] Items(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {number}"))];

    private sealed record Play(Func<IChannel, Task> Sender, Func<IChannel, Task> Receiver, IDisposable? Held = null) : IDisposable
    {
        public void Dispose() => Held?.Dispose();
    }
}
