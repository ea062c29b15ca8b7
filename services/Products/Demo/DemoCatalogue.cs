using Products.Catalogue;

namespace Products.Demo;

/// <summary>60 products in 6 categories. Their ids are fixed, so that a restart finds them again.</summary>
internal static class DemoCatalogue
{
    private const long UsualStock = 100;

    private static readonly (string Category, string[] Names)[] Categories =
    [
        ("Books", ["Atlas of Rivers", "Bread at Home", "City of Bridges", "Desert Nights", "Everyday Chemistry", "Field Guide to Birds", "Garden Year", "History of Maps", "Island Stories", "Journeys by Rail"]),
        ("Electronics", ["Bluetooth Speaker", "Desk Lamp with USB", "E-Ink Reader", "Fitness Tracker", "Gaming Mouse", "Headphones", "Laptop Stand", "Mechanical Keyboard", "Power Bank", "Webcam"]),
        ("Home", ["Bath Towel", "Cast Iron Pan", "Coffee Grinder", "Cotton Blanket", "Dinner Plates", "Espresso Cups", "Glass Carafe", "Kitchen Scale", "Linen Tablecloth", "Wall Clock"]),
        ("Outdoor", ["Camping Stove", "Dry Bag", "Folding Chair", "Hiking Poles", "Insulated Bottle", "Picnic Rug", "Rain Jacket", "Sleeping Bag", "Tent for Two", "Trail Backpack"]),
        ("Sports", ["Badminton Set", "Basketball", "Bicycle Helmet", "Foam Roller", "Jump Rope", "Resistance Bands", "Running Belt", "Swim Goggles", "Table Tennis Bats", "Yoga Mat"]),
        ("Toys", ["Building Blocks", "Card Game", "Chess Set", "Dominoes", "Jigsaw Puzzle", "Kite", "Marble Run", "Spinning Top", "Toy Train", "Wooden Animals"]),
    ];

    public static IEnumerable<(Guid Id, ProductInput Product)> Products()
    {
        for (var index = 0; index < Categories.Length * Categories[0].Names.Length; index++)
        {
            yield return (Id(index + 1), Product(index));
        }
    }

    private static ProductInput Product(int index)
    {
        var (category, names) = Categories[index / Categories[0].Names.Length];
        var name = names[index % names.Length];
        var (sku, stock) = (category, name) switch
        {
            ("Toys", "Toy Train") => ("LAST-ONE", 1L),
            ("Toys", "Wooden Animals") => ("SOLD-OUT", 0L),
            _ => ($"{category[..3].ToUpperInvariant()}-{(index % names.Length) + 1:000}", UsualStock),
        };
        return new ProductInput(
            sku,
            name,
            $"{name} from our {category.ToLowerInvariant()} range, for demonstration.",
            category,
            Price: 4.99m + (index * 7 % 60 * 2.5m),
            ProductInput.DefaultCurrency,
            ProductInput.Active,
            stock);
    }

    private static Guid Id(int number) => Guid.ParseExact($"01900000-0000-7000-8000-{number:000000000000}", "D");
}
