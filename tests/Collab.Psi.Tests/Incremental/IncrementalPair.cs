using System.Text;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Incremental;

/// <summary>Two parties with changing sets on disk, and the plain sets beside them.</summary>
internal sealed class IncrementalPair : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("collab-psi-").FullName;
    private readonly SecretBytes _storageKey = SecretBytes.Random(32, RandomSource.Seeded(99));

    public IncrementalPair(int seed = 0)
    {
        Sender = IncrementalState.Create(SenderFolder, false, Context, _storageKey, RandomSource.Seeded(2 * seed + 1));
        Receiver = IncrementalState.Create(ReceiverFolder, true, Context, _storageKey, RandomSource.Seeded(2 * seed + 2));
    }

    public static Digest Context { get; } = Digest.Of("collab.test.psi-incremental", []);

    public string SenderFolder => Path.Combine(_root, "sender");

    public string ReceiverFolder => Path.Combine(_root, "receiver");

    public IncrementalState Sender { get; private set; }

    public IncrementalState Receiver { get; private set; }

    public static IncrementalPsiOptions Named(int day) => new(Digest.Of("collab.test.update", BitConverter.GetBytes(day)));

    public static ReadOnlyMemory<byte>[] Items(params IEnumerable<int> numbers) =>
        [.. numbers.Select(number => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {number}"))];

    /// <summary>Item number n has the identifier 1000000 + n.</summary>
    public static IncrementalItem[] Rows(params IEnumerable<int> numbers) => [.. numbers.Select(number => new IncrementalItem(Id(number), Items(number)[0]))];

    public static UInt128 Id(int number) => (UInt128)1_000_000 + (uint)number;

    public async Task<IncrementalChanges> UpdateAsync(
        int day, int[] senderAdds, int[] senderRemoves, int[] receiverAdds, int[] receiverRemoves,
        Action<string>? atSender = null, Action<string>? atReceiver = null, ChannelFault? fault = null) => (await TwoParty.RunAsync(
            channel => IncrementalPsi.SendAsync(
                channel, Sender, Items(senderAdds), Items(senderRemoves), RandomSource.Seeded(day), Named(day) with { After = atSender }),
            channel => IncrementalPsi.ReceiveAsync(
                channel, Receiver, Rows(receiverAdds), [.. receiverRemoves.Select(Id)], Named(day) with { After = atReceiver }),
            fault)).Receiver;

    /// <summary>As if both processes had ended and begun again.</summary>
    public void Reopen()
    {
        Sender.Dispose();
        Receiver.Dispose();
        Sender = IncrementalState.Open(SenderFolder, _storageKey);
        Receiver = IncrementalState.Open(ReceiverFolder, _storageKey);
    }

    /// <summary>A copy of one party's folder, to be put back later.</summary>
    public string Save(string folder)
    {
        var copy = folder + "-" + Guid.NewGuid();
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "lock")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    /// <summary>Puts a copy back, and begins again.</summary>
    public void Restore(string folder, string copy)
    {
        Sender.Dispose();
        Receiver.Dispose();
        Directory.Delete(folder, recursive: true);
        Directory.Move(copy, folder);
        Reopen();
    }

    /// <summary>One party loses all and begins anew.</summary>
    public void LoseSender()
    {
        Sender.Dispose();
        Directory.Delete(SenderFolder, recursive: true);
        Sender = IncrementalState.Create(SenderFolder, false, Context, _storageKey, RandomSource.Seeded(77));
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
