using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Base;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Extension;

public class OtExtensionFaultTests
{
    private const int Rows = 256, Blocks = 3; // two blocks of transfers and the mask
    private static readonly OtExtensionOptions Options = new(Digest.Of("collab.test.ot-extension.fault", [])) { FieldBits = 1 };
    private static readonly Gf128 Ones = new(ulong.MaxValue, ulong.MaxValue);
    private static readonly StepId Step = new("test");

    /// <summary>The sender sends its base points and a challenge, the receiver base points, seeds, corrections and the answer.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 2, received: 4).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => OtExtensionTests.RunAsync(
            SecurityModel.Malicious,
            sender => sender.CorrelatedAsync(3),
            receiver => receiver.CorrelatedAsync(new BitVector(3)),
            Faults.At(message, kind, byReceiver)));

    [Theory, InlineData(0, 0), InlineData(63, 1), InlineData(64, 0), InlineData(127, 2)]
    public async Task Another_choice_in_one_column_fails_the_check_where_delta_has_a_one(int column, int block)
    {
        var fault = await CheatAsync(Ones, corrections => corrections[column * Blocks + block] += new Gf128(1UL << 17, 0));
        Assert.Equal("ot-extension.4", fault!.Step!.Name);
        Assert.Equal(TwoParty.Receiver, fault.Party);
    }

    [Fact]
    public async Task Another_choice_in_many_columns_fails_the_check()
    {
        var random = RandomSource.Seeded(12);
        var fault = await CheatAsync(null, corrections => random.Fill(MemoryMarshal.AsBytes(corrections.AsSpan())));
        Assert.Equal("ot-extension.4", fault!.Step!.Name);
    }

    [Fact]
    public async Task One_choice_in_all_columns_is_a_choice_and_a_guessed_bit_of_delta_passes()
    {
        // Both are what the spec allows: the first is an honest choice; the second learns by passing what it had to guess.
        Assert.Null(await CheatAsync(Ones, _ => { }));
        Assert.Null(await CheatAsync(new Gf128(ulong.MaxValue - 1, ulong.MaxValue), corrections => corrections[0] += Gf128.One));
    }

    [Theory, InlineData(0), InlineData(127), InlineData(128)]
    public async Task A_changed_answer_fails_the_check(int index)
    {
        var fault = await CheatAsync(Ones, _ => { }, answer => answer[index] += Gf128.One);
        Assert.Equal("ot-extension.4", fault!.Step!.Name);
    }

    /// <summary>k = 4: 32 groups, 6 masked sums each, then the totals of their proofs, 2 blocks each, and a digest. Δ is all ones: the sums for the side 0 are the ones used.</summary>
    [Theory]
    [InlineData(0, false), InlineData(1, true), InlineData(4, false), InlineData(5, true), InlineData(190, false), InlineData(191, true)]
    [InlineData(192, false), InlineData(193, false), InlineData(255, false), InlineData(256, false), InlineData(257, false)]
    public async Task Seeds_that_are_not_of_one_tree_are_found_unless_delta_was_guessed(int block, bool passes)
    {
        var options = Options with { FieldBits = 4 };
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, options, RandomSource.Seeded(1), Ones);
            },
            async channel =>
            {
                var context = Digest.Of(ExtensionSteps.BaseDomain, options.Context.ToArray());
                var keys = await BaseOt.SendAsync(channel, BitMatrix.Side, context, RandomSource.Seeded(3));
                using var streams = await FieldSeeds.SendAsync(new ChangedSeeds(channel, block), keys, options, default);
            });
        if (passes) Assert.Null(failures.Sender);
        else Assert.Equal("ot-extension.1b", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(-1), InlineData(1)]
    public async Task Another_number_of_corrections_is_refused(int more)
    {
        var fault = await CheatAsync(Ones, _ => { }, count: Blocks * BitMatrix.Side + more);
        Assert.Equal("ot-extension.2", fault!.Step!.Name);
    }

    [Fact]
    public async Task A_batch_with_another_number_is_refused()
    {
        var fault = await CheatAsync(Ones, _ => { }, number: 1);
        Assert.Equal("ot-extension.2", fault!.Step!.Name);
    }

    [Fact]
    public async Task The_answer_to_an_earlier_challenge_is_refused()
    {
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, Options, RandomSource.Seeded(1), Ones);
                (await sender.CorrelatedAsync(Rows)).Dispose();
                (await sender.CorrelatedAsync(Rows)).Dispose();
            },
            async channel =>
            {
                var columns = await Columns.BeginAsync(channel);
                var first = await columns.SendAsync(channel, 0, _ => { }, Blocks * BitMatrix.Side);
                await columns.AnswerAsync(channel, 0, first, _ => { });
                await columns.SendAsync(channel, 1, _ => { }, Blocks * BitMatrix.Side);
                (await BlocksMessage.ReceiveAsync(channel, Step, 1, 1, default)).Dispose();
                await BlocksMessage.SendAsync(channel, 1, columns.LastAnswer, default);
                await channel.ReceiveAsync<PointMessage>(Step);
            });
        Assert.Equal("ot-extension.4", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(0, 2), InlineData(1, 1)]
    public async Task The_receiver_refuses_a_challenge_of_another_shape_or_batch(ulong number, int blocks)
    {
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                await BaseOt.ReceiveAsync(channel, new BitVector(128), Digest.Of(ExtensionSteps.BaseDomain, Options.Context.ToArray()), RandomSource.Seeded(1));
                (await BlocksMessage.ReceiveAsync(channel, Step, 0, Blocks * BitMatrix.Side, default)).Dispose();
                await BlocksMessage.SendAsync(channel, number, new Gf128[blocks], default);
                await channel.ReceiveAsync<BlocksMessage>(Step);
            },
            async channel =>
            {
                using var receiver = await OtExtensionReceiver.BeginAsync(channel, Options, RandomSource.Seeded(2));
                (await receiver.CorrelatedAsync(new BitVector(Rows))).Dispose();
            });
        Assert.Equal("ot-extension.3", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task Parties_of_different_security_models_notice()
    {
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, Options, RandomSource.Seeded(1));
                (await sender.CorrelatedAsync(Rows)).Dispose();
            },
            async channel =>
            {
                using var receiver = await OtExtensionReceiver.BeginAsync(channel, Options with { Security = SecurityModel.SemiHonest }, RandomSource.Seeded(2));
                (await receiver.CorrelatedAsync(new BitVector(Rows))).Dispose();
            });
        Assert.Equal("ot-extension.2", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(0), InlineData(7), InlineData(9), InlineData(23)]
    public void Blocks_of_another_shape_are_malformed(int size) =>
        Assert.Throws<MalformedException>(() => BlocksMessage.Decode(new byte[size]));

    /// <summary>Our sender against a receiver that changes its corrections or its answer; what the sender made of it.</summary>
    private static async Task<PeerFaultException?> CheatAsync(
        Gf128? delta, Action<Gf128[]> corrections, Action<Gf128[]>? answer = null, int count = Blocks * BitMatrix.Side, ulong number = 0)
    {
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, Options, RandomSource.Seeded(1), delta);
                (await sender.CorrelatedAsync(Rows)).Dispose();
            },
            async channel =>
            {
                var columns = await Columns.BeginAsync(channel);
                var batch = await columns.SendAsync(channel, number, corrections, count);
                await columns.AnswerAsync(channel, number, batch, answer ?? (_ => { }));
            });
        return failures.Sender is null ? null : Assert.IsType<PeerFaultException>(failures.Sender);
    }

    /// <summary>Sends the seeds with one block changed.</summary>
    private sealed class ChangedSeeds(IChannel channel, int block) : IChannel
    {
        public PartyId Peer => channel.Peer;

        public ChannelUsage Usage => channel.Usage;

        public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default) where T : IMessage<T>
        {
            if (message is BlocksMessage seeds) seeds.Blocks.Span[block] += Gf128.One;
            return channel.SendAsync(message, cancellation);
        }

        public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default) where T : IMessage<T> =>
            channel.ReceiveAsync<T>(step, cancellation);

        public IChannel Fork(string label) => channel.Fork(label);

        public ValueTask DisposeAsync() => channel.DisposeAsync();
    }

    /// <summary>The receiver's side by the spec's formulas, open to changes.</summary>
    private sealed class Columns(AesPrg[] streams)
    {
        public Gf128[] LastAnswer { get; private set; } = [];

        public static async Task<Columns> BeginAsync(IChannel channel)
        {
            var context = Digest.Of(ExtensionSteps.BaseDomain, Options.Context.ToArray());
            var keys = await BaseOt.SendAsync(channel, BitMatrix.Side, context, RandomSource.Seeded(3));
            return new(Array.ConvertAll(keys, key => new AesPrg(key)));
        }

        public async Task<(Gf128[] Choices, Gf128[] Columns)> SendAsync(IChannel channel, ulong number, Action<Gf128[]> change, int count)
        {
            var (choices, columns, corrections) = (new Gf128[Blocks], new Gf128[Blocks * BitMatrix.Side], new Gf128[Blocks * BitMatrix.Side]);
            RandomSource.Seeded(4).Fill(MemoryMarshal.AsBytes(choices.AsSpan()));
            for (var j = 0; j < BitMatrix.Side; j++)
            {
                streams[2 * j].Fill(MemoryMarshal.AsBytes(columns.AsSpan(j * Blocks, Blocks)));
                streams[2 * j + 1].Fill(MemoryMarshal.AsBytes(corrections.AsSpan(j * Blocks, Blocks)));
                for (var b = 0; b < Blocks; b++) corrections[j * Blocks + b] += columns[j * Blocks + b] + choices[b];
            }

            change(corrections);
            Array.Resize(ref corrections, count);
            await BlocksMessage.SendAsync(channel, number, corrections, default);
            return (choices, columns);
        }

        public async Task AnswerAsync(IChannel channel, ulong number, (Gf128[] Choices, Gf128[] Columns) batch, Action<Gf128[]> change)
        {
            using var challenge = await BlocksMessage.ReceiveAsync(channel, Step, number, 1, default);
            var hash = new ColumnHash(challenge.Blocks.Span[0], Blocks);
            var answer = new Gf128[BitMatrix.Side + 1];
            hash.OfAll(batch.Columns, answer.AsSpan(0, BitMatrix.Side));
            answer[^1] = hash.Of(batch.Choices);
            change(answer);
            LastAnswer = answer;
            await BlocksMessage.SendAsync(channel, number, answer, default);
        }
    }
}
