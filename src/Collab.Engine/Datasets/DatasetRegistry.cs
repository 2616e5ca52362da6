using System.Collections.Immutable;
using System.Text.Json;
using Collab.Data.Keys;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Datasets;

/// <summary>The datasets of this party: where they are, what others see of them, and what was committed to when they were added.</summary>
/// <param name="self">The owner.</param>
/// <param name="store">Keeps the registrations.</param>
/// <param name="random">For ids and salts.</param>
public sealed class DatasetRegistry(PartyId self, IJobStore store, RandomSource random) : IDatasetCatalogue
{
    private const string Prefix = "dataset/";
    private static readonly KeyRule OrderColumnsIdentifyRows = KeyRule.Default with { Case = KeyCase.Keep, Duplicate = DuplicateKeys.Refuse, Blank = KeyProblem.Fail };

    private readonly SemaphoreSlim _adding = new(1);
    private ImmutableDictionary<string, Registration> _registrations = Load(store);

    /// <inheritdoc/>
    public IReadOnlyList<DatasetOffer> Offers => [.. _registrations.Values.Select(r => r.Offer(self)).OrderBy(o => o.Name, StringComparer.Ordinal)];

    /// <summary>The datasets of this party with what others do not see, by name.</summary>
    public IReadOnlyList<OwnDataset> Own =>
        [.. _registrations.Values.Select(r => new OwnDataset(r.Offer(self), r.Description, r.Rows)).OrderBy(own => own.Offer.Name, StringComparer.Ordinal)];

    /// <summary>Reads a source twice, once for its columns and once to commit to every one, and offers it. A known name gets a new version.</summary>
    /// <exception cref="CollabException">The description, the source or its content is wrong; nothing changed then.</exception>
    public async Task<DatasetOffer> AddAsync(DatasetDescription description, CancellationToken cancellation)
    {
        description.Check();
        await _adding.WaitAsync(cancellation);
        try
        {
            var schema = description.Columns is { } declared ? new DatasetSchema(declared) : await description.ProposeSchemaAsync(cancellation);
            if (description.Subject is { } subject && schema.Find(subject) is not { NamesSubjects: true })
                throw new CollabException(DatasetDescription.Invalid, $"The subject of '{description.Name}' is a column of text or whole numbers that it has.");
            var source = description.Open(schema);
            if (description.Postgres is { } location)
                await KeyReader.ReadAsync(source, [.. location.OrderBy!], OrderColumnsIdentifyRows, cancellation);

            using var committer = new ColumnCommitter(schema.Columns.Select(c => (c, new Digest(random.Bytes(Digest.Size)))));
            var names = schema.Columns.Select(c => c.Name).ToList();
            await foreach (var batch in committer.Observe(source.ReadAsync(names, cancellation), cancellation)) _ = batch;
            var (columns, rows) = committer.Finish();

            var known = _registrations.GetValueOrDefault(description.Name);
            var registration = new Registration(
                description with { Columns = schema.Columns },
                known?.Id ?? new Digest(random.Bytes(Digest.Size)).ToString(),
                rows,
                [.. schema.Columns.Select(c => new CommittedColumn(c.Name, columns[c.Name].Salt.ToString(), columns[c.Name].Value.ToString()))]);
            store.Put(Prefix + description.Name, JsonSerializer.SerializeToUtf8Bytes(registration, DatasetDescription.Json));
            _registrations = _registrations.SetItem(description.Name, registration);
            return registration.Offer(self);
        }
        finally
        {
            _adding.Release();
        }
    }

    /// <inheritdoc/>
    public RegisteredDataset Open(Digest id)
    {
        var registration = _registrations.Values.FirstOrDefault(r => r.Id == id.ToString())
            ?? throw new CollabException(Planning.Planner.DatasetUnknown, $"{self} has no dataset under that id.", self);
        var schema = new DatasetSchema(registration.Description.Columns!);
        return new RegisteredDataset(registration.Offer(self), registration.Description.Open(schema), registration.Commitments);
    }

    private static ImmutableDictionary<string, Registration> Load(IJobStore store) => store.List(Prefix)
        .Select(key => JsonSerializer.Deserialize<Registration>(store.Get(key), DatasetDescription.Json)!)
        .ToImmutableDictionary(r => r.Description.Name);

    // Stored as JSON, encrypted by the store: a description is the owner's own words, with no form that others must agree on.
    private sealed record Registration(DatasetDescription Description, string Id, long Rows, IReadOnlyList<CommittedColumn> Columns)
    {
        public IReadOnlyDictionary<string, ColumnCommitment> Commitments => Columns.ToDictionary(
            c => c.Name, c => new ColumnCommitment(Digest.Parse(c.Salt), Digest.Parse(c.Commitment)));

        public DatasetOffer Offer(PartyId owner) => new(
            owner, Description.Name, Digest.Parse(Id), Version, DatasetOffer.BandOf(Rows), new DatasetSchema(Description.Columns!)) { Subject = Description.Subject };

        // The version names every column with its salted commitment, so it changes with any cell, and tells nothing of them.
        private Digest Version
        {
            get
            {
                var writer = new CanonicalWriter().Text(Id).List(Description.Columns!, (w, c) =>
                {
                    ColumnSchema.Encode(w, c);
                    w.Digest(Commitments[c.Name].Value);
                });
                if (Description.Subject is { } subject) writer.Text(subject); // whose rows they are is part of what is granted
                return Digest.Of("collab.dataset-version.v1", writer.Written);
            }
        }
    }

    private sealed record CommittedColumn(string Name, string Salt, string Commitment);
}
