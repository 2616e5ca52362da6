using Collab.Node.Configuration;
using Collab.Identity;
using Collab.Primitives;

namespace Collab.Node.Hosting;

/// <summary>Takes up new certificates and new pins while the node runs: connections that stand go on, the next ones use the new.</summary>
/// <remarks>Files are looked at every few seconds; a file that cannot be used is reported and the old one stays in use.</remarks>
internal sealed class Renewal(NodeHome home, SecretBytes? passphrase, Consortium consortium, Action<CollabException> report, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromDays(1);

    private readonly List<PartyIdentity> _used = []; // an identity must outlive the connections that were made with it
    private DateTime _identityTime = File.GetLastWriteTimeUtc(home.NodeCertificateFile);
    private DateTime _consortiumTime = File.GetLastWriteTimeUtc(home.ConsortiumFile);
    private DateTimeOffset _said = DateTimeOffset.MinValue;
    private volatile PeerPins _pins = PinsOf(consortium);

    /// <summary>The pins of this moment.</summary>
    public PeerPins Pins => _pins;

    /// <summary>Until when the certificate in use is valid.</summary>
    public DateTimeOffset ValidUntil { get; private set; }

    /// <summary>That the certificate expires soon, or has; null while there is time.</summary>
    public Fault? Warning(DateTimeOffset now) => (ValidUntil - now) switch
    {
        var left when left <= TimeSpan.Zero => new CollabException(IdentityErrors.Expired, $"The certificate of this node expired on {ValidUntil:u}; no other node talks to it.").ToFault(),
        var left when left <= PartyIdentity.WarnBefore => new CollabException(IdentityErrors.ExpiresSoon, $"The certificate of this node expires on {ValidUntil:u}.").ToFault(),
        _ => null,
    };

    /// <summary>The certificate to begin with.</summary>
    public PartyIdentity LoadIdentity()
    {
        var identity = PartyFiles.LoadIdentity(home, PartyRole.Node, passphrase);
        ValidUntil = identity.ValidUntil;
        _used.Add(identity);
        return identity;
    }

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(TlsSettings tls, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(Interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                SayIfItExpires();
                if (Changed(home.ConsortiumFile, ref _consortiumTime)) _pins = PinsOf(Consortium.Parse(await File.ReadAllTextAsync(home.ConsortiumFile, cancellation)));
                if (Changed(home.NodeCertificateFile, ref _identityTime)) tls.Use(LoadIdentity());
            }
            catch (CollabException e)
            {
                report(e);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The file is being written, or the node stops; it is looked at again.
            }
        }
    }

    public void Dispose() => _used.ForEach(identity => identity.Dispose());

    // In the events once a day; in the status all the time.
    private void SayIfItExpires()
    {
        var now = clock.GetUtcNow();
        if (now - _said < SayAgainAfter || Warning(now) is not { } warning) return;
        _said = now;
        report(new CollabException(warning.Code == IdentityErrors.Expired.Name ? IdentityErrors.Expired : IdentityErrors.ExpiresSoon, warning.Message));
    }

    private static bool Changed(string file, ref DateTime seen)
    {
        var time = File.GetLastWriteTimeUtc(file);
        if (time == seen) return false;
        seen = time;
        return true;
    }

    private static PeerPins PinsOf(Consortium consortium) => new(consortium.Members.ToDictionary(m => m.Party, m => m.CertificatePins));
}
