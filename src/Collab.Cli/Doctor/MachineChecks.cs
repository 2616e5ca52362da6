using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Collab.Cli.Commands;
using Collab.Cryptography.Signatures;
using Collab.Identity;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Cli.Doctor;

/// <summary>What a node needs of the machine it runs on, and of its folder when there is one.</summary>
internal static class MachineChecks
{
    private const long LeastDisk = 1L << 30, LeastMemory = 1L << 30;
    private const int UsualPort = 7443;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Certificates of the first release; a clock before it is wrong.
    private static readonly DateTimeOffset Earliest = new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Looks at everything, one after another.</summary>
    /// <param name="home">A node's folder to be looked at too, or null.</param>
    public static IEnumerable<Finding> All(NodeHome? home)
    {
        yield return System();
        yield return Signatures();
        yield return Text();
        yield return Processor();
        yield return Memory();
        yield return Disk("disk for temporary files", Path.GetTempPath());
        yield return FileRights(home?.Folder ?? Path.GetTempPath());
        yield return Clock();
        if (home is null)
        {
            yield return Port(new IPEndPoint(IPAddress.Any, UsualPort), "Take another port: 'collab node init --address HOST:PORT'.");
            yield break;
        }

        yield return Disk("disk of the node's folder", home.Folder);
        yield return Keys(home);
        yield return Certificate(home);
        if (IPEndPoint.TryParse(NodeConfiguration.Load(home).Listen, out var listen))
            yield return Port(listen, "If it is this node that runs, all is well; else stop the program that has the port, or choose another 'listen' in node.yaml.");
    }

    private static Finding System() => new(
        "system", OperatingSystem.IsLinux(), RuntimeInformation.OSDescription, OperatingSystem.IsLinux() ? null : "Nodes are tried on Linux only: use a Linux machine or a container.");

    private static Finding Signatures()
    {
        const string next = "Install OpenSSL 3 (Debian: apt-get install openssl), the system's libcrypto.";
        try
        {
            using var key = SigningKey.Generate();
            var holds = key.PublicKey.Verify("collab"u8, key.Sign("collab"u8));
            return new("signatures", holds, holds ? "Ed25519 of the system's libcrypto" : "libcrypto signs what it does not verify", holds ? null : next);
        }
        catch (Exception e) when (e is CollabException or DllNotFoundException or PlatformNotSupportedException)
        {
            return new("signatures", false, e.Message, next);
        }
    }

    // Keys are made equal by Unicode's rules, which come from ICU; without it "ﬁ" and "fi" would differ at one party and not at another.
    private static Finding Text()
    {
        var holds = !AppContext.TryGetSwitch("System.Globalization.Invariant", out var invariant) || !invariant;
        holds = holds && "\uFB01\uFF11".Normalize(NormalizationForm.FormKC) == "fi1";
        return new("text", holds, holds ? "Unicode rules of ICU" : "no Unicode rules: keys of two parties would not be made equal alike",
            holds ? null : "Install ICU (Debian: apt-get install libicu-dev) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
    }

    private static Finding Processor() => Vector256.IsHardwareAccelerated
        ? new("processor", true, $"{Environment.ProcessorCount} cores, {(Vector512.IsHardwareAccelerated ? "512" : "256")}-bit vectors")
        : new("processor", true, $"{Environment.ProcessorCount} cores, short vectors", "Everything works, slowly; estimates of 'job explain' are too short.");

    private static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes; // of the container, where there is one
        var holds = bytes >= LeastMemory;
        return new("memory", holds, JobText.Size(bytes), holds ? null : "A node wants 1 GB; 'job explain' says what a job takes.");
    }

    private static Finding Disk(string name, string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var holds = free >= LeastDisk;
        return new(name, holds, $"{JobText.Size(free)} free at {folder}", holds ? null : "Free 1 GB there, or name another place (TMPDIR, --home).");
    }

    private static Finding FileRights(string folder)
    {
        var file = Path.Combine(folder, $".collab-doctor-{Guid.NewGuid():n}");
        try
        {
            using (new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
            }

            var holds = File.GetUnixFileMode(file) == OwnerOnly;
            return new("file rights", holds, holds ? $"{folder} keeps a file to its owner" : $"{folder} does not keep rights of files",
                holds ? null : "Keep the node on a file system with Unix rights: keys must be readable by their owner alone.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("file rights", false, e.Message, $"Make {folder} writable for this user.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Finding Clock()
    {
        var now = DateTimeOffset.UtcNow;
        var holds = now >= Earliest && now.Year < 2100;
        return new("clock", holds, now.ToString("u", CultureInfo.InvariantCulture), holds ? null : "Set the clock (timedatectl set-ntp true): certificates and grants are judged by it.");
    }

    private static Finding Keys(NodeHome home)
    {
        var exposed = new[] { home.LogKeyFile, home.WitnessKeyFile, home.StorageKeyFile, home.NodeCertificateFile }
            .Where(file => File.Exists(file) && (File.GetUnixFileMode(file) & ~OwnerOnly) != 0).ToList();
        return exposed.Count == 0
            ? new("keys", true, "readable by their owner alone")
            : new("keys", false, $"others may read {string.Join(", ", exposed)}", $"chmod 600 {string.Join(' ', exposed)}; and consider these keys known.");
    }

    // Of the certificate alone, which needs no passphrase.
    private static Finding Certificate(NodeHome home)
    {
        try
        {
            var left = PartyIdentity.ExpiryOf(home.IdentityFolder) - DateTimeOffset.UtcNow;
            return left <= TimeSpan.Zero ? new("certificate", false, "expired", IdentityErrors.Expired.Next)
                : left <= PartyIdentity.WarnBefore ? new("certificate", false, string.Create(CultureInfo.InvariantCulture, $"expires in {left.TotalDays:F0} days"), IdentityErrors.ExpiresSoon.Next)
                : new("certificate", true, string.Create(CultureInfo.InvariantCulture, $"valid for {left.TotalDays:F0} days"));
        }
        catch (CollabException e)
        {
            return new("certificate", false, e.Message, e.Code.Next);
        }
    }

    private static Finding Port(IPEndPoint address, string next)
    {
        try
        {
            using var listener = new TcpListener(address);
            listener.Start();
            return new("port", true, $"{address} can be listened at");
        }
        catch (SocketException e)
        {
            return new("port", false, $"{address} cannot be listened at: {e.Message}", next);
        }
    }
}
