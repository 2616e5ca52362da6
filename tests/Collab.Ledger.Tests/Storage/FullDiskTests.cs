using System.Diagnostics;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Storage;

/// <summary>A disk that is really full: a small tmpfs. Mounting needs root; without it the test fails rather than pass unrun.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _mount = Directory.CreateTempSubdirectory("collab-full").FullName;

    public FullDiskTests() => Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _mount);

    public void Dispose()
    {
        Run("umount", _mount);
        Directory.Delete(_mount);
    }

    [Fact]
    public async Task A_full_disk_is_reported_loses_nothing_acknowledged_and_after_space_is_made_the_log_goes_on()
    {
        using var c = new Consortium(2);
        var folder = Path.Combine(_mount, "log");
        var ballast = Path.Combine(_mount, "ballast");
        File.WriteAllBytes(ballast, new byte[64 * 1024]);
        var acknowledged = 0L;
        using (var log = PartyLog.Open(folder, c.LogKeys[0], Consortium.Origin(0), c.Policy))
        {
            var fault = await Assert.ThrowsAsync<CollabException>(async () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    await log.AppendAsync([.. Consortium.Entries(i, 1).Select(e => (ReadOnlyMemory<byte>)(byte[])[.. e.Span, .. new byte[1500]])]);
                    acknowledged = i + 1;
                }
            });
            Assert.Equal(LedgerErrors.StorageFailed, fault.Code);
            Assert.Equal(LedgerErrors.StorageClosed, (await Assert.ThrowsAsync<CollabException>(() => log.AppendAsync(Consortium.Entries(0, 1)))).Code);
            Assert.Equal(acknowledged, log.Size);
        }

        Assert.True(acknowledged > 20);
        File.Delete(ballast);
        using var again = PartyLog.Open(folder, c.LogKeys[0], Consortium.Origin(0), c.Policy);
        Assert.Equal(acknowledged, again.Size);
        var entries = again.ReadEntries(0, again.Size);
        for (var i = 0; i < entries.Count; i++) Assert.Equal(NaiveTree.Entry(i), entries[i][..5].ToArray());
        await again.AppendAsync(Consortium.Entries((int)acknowledged, 1));
        await again.VerifyAsync();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }
}

public class SynchronisationTests
{
    /// <summary>What .NET's own flush does not do: it returns normally when fsync fails.</summary>
    [Fact]
    public void A_synchronisation_that_the_system_refuses_is_an_error()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<IOException>(() => DurableFile.Sync(file)); // EINVAL: a pipe has no disk
        Assert.Throws<IOException>(() => DurableFile.SyncDirectory("/nowhere/at/all"));
    }
}
